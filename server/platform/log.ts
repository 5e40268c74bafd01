import pino from "pino";
import { SECRET_SETTINGS, type Settings } from "./env";

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
  ...SECRET_SETTINGS,
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

const TEXT_LENGTH_MAX = 4000;
const ENTRIES_MAX = 50;
const DEPTH_MAX = 6;

/**
 * A value of bounded size: long texts and lists are cut, deep ones end. An error may hold all that was
 * sent to the database, or every fault of an answer, and a line is written for each turn.
 */
function bounded(value: unknown, depth = 0): unknown {
  if (typeof value === "string" && value.length > TEXT_LENGTH_MAX) {
    return `${value.slice(0, TEXT_LENGTH_MAX)}… (${value.length} characters)`;
  }
  // Serializers make what else is an object into text: errors, dates, those with a toJSON.
  const isPlain =
    Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
  if (typeof value !== "object" || value === null || !isPlain || value instanceof Error)
    return value;
  if ("toJSON" in value) return value;
  if (depth >= DEPTH_MAX) return "…";
  const entries = Object.entries(value);
  const kept = entries.slice(0, ENTRIES_MAX).map(([key, one]) => [key, bounded(one, depth + 1)]);
  const more = entries.length - kept.length;
  if (Array.isArray(value))
    return [...kept.map(([, one]) => one), ...(more > 0 ? [`… ${more} more`] : [])];
  return Object.fromEntries(more > 0 ? [...kept, ["…", `${more} more`]] : kept);
}

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
    formatters: { log: (fields) => bounded(fields) as Record<string, unknown> },
    serializers: { err: (error: Error) => bounded({ ...pino.stdSerializers.err(error) }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
export type Logger = ReturnType<typeof createLogger>;
