import pino from "pino";
import { env } from "./env";

const LEVELS = { error: "error", warning: "warn", info: "info", debug: "debug" } as const;

/** JSON lines on stdout; keys that can carry secrets are redacted at any depth we log. */
export function createLogger(role: string) {
  return pino({
    level: LEVELS[env().LOG_LEVEL],
    base: { role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ["password", "authorization", "cookie", "token", "secret", "apiKey", "jwt"].flatMap(
        (key) => [key, `*.${key}`, `*.*.${key}`],
      ),
      censor: "[redacted]",
    },
  });
}
export type Logger = ReturnType<typeof createLogger>;
