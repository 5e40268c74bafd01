import pino from "pino";
import type { Settings } from "./env";

const LEVELS = { error: "error", warning: "warn", info: "info", debug: "debug" } as const;

/** Names under which a secret could be logged: settings, columns, claims and headers. */
const SECRET_KEYS = [
  "password",
  "passwordHash",
  "authorization",
  "cookie",
  '["set-cookie"]',
  '["x-api-key"]',
  "token",
  "jwt",
  "secret",
  "session_secret",
  "auth_secret",
  "SESSION_SECRET",
  "AUTH_SECRET",
  "DATABASE_URL",
  "REDIS_URL",
  "INFERENCE_API_KEY",
  "apiKey",
  "key",
  "sealedPrivateKey",
  "sealedSecret",
  "d",
];

/** The same key at the top, one and two levels down: as deep as we log. */
const redactedPaths = SECRET_KEYS.flatMap((key) => {
  const below = key.startsWith("[") ? key : `.${key}`;
  return [key, `*${below}`, `*.*${below}`];
});

/**
 * JSON lines on stdout (or `destination`); what can carry a secret is redacted at any depth we log.
 */
export function createLogger(
  role: string,
  { LOG_LEVEL }: Pick<Settings, "LOG_LEVEL">,
  destination?: pino.DestinationStream,
) {
  const options: pino.LoggerOptions = {
    level: LEVELS[LOG_LEVEL],
    base: { role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redactedPaths, censor: "[redacted]" },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
export type Logger = ReturnType<typeof createLogger>;
