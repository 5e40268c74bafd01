import { existsSync, readFileSync } from "node:fs";
import util from "node:util";
import { createEnv } from "@t3-oss/env-core";
import { z } from "zod";
import { SIDECAR_ISSUER } from "@/server/contracts";
import { findMismatches } from "./find-mismatches";
import { parseTrustedProxies } from "./http/client-address";
import { isHost } from "./http/hosts";

const SECRET_LENGTH_MIN = 32;
/** Base64 or hexadecimal of random bytes has more; a repeated word has fewer. */
const SECRET_CHARACTERS_MIN = 10;
/** The default of earlier versions: everybody knows it. */
const PUBLISHED_SECRET = "development-only-secret-not-for-production";
const secret = z
  .string()
  .min(SECRET_LENGTH_MIN, `must have at least ${SECRET_LENGTH_MIN} random characters`)
  .refine(
    (text) => new Set(text).size >= SECRET_CHARACTERS_MIN && text !== PUBLISHED_SECRET,
    "must be random (openssl rand -base64 48)",
  )
  .optional();
const hosts = z
  .string()
  .default("")
  .transform((text) =>
    text
      .toLowerCase()
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  )
  .refine((names) => names.every(isHost), "must be names, or name:port, separated by commas");
const proxies = z
  .string()
  .default("0")
  .transform((text, ctx) => {
    const parsed = parseTrustedProxies(text.trim());
    if (parsed !== null) return parsed;
    ctx.addIssue("must be a number of proxies, or their addresses or networks (10.0.0.0/8)");
    return z.NEVER;
  });
const ROLE_OF_NAME = /^\s*(.+?)\s*=\s*(viewer|reviewer|operator|admin)\s*$/;
/** `name=role,name=role`: a name may stand several times. */
const roleMap = z
  .string()
  .default("")
  .transform((text, ctx) => {
    const map = new Map<string, string[]>();
    for (const part of text.split(",").filter((each) => each.trim() !== "")) {
      const [, name, role] = ROLE_OF_NAME.exec(part) ?? [];
      if (name === undefined || role === undefined) {
        ctx.addIssue(
          "must be name=role pairs separated by commas; a role is viewer, reviewer, operator or admin",
        );
        return z.NEVER;
      }
      map.set(name, [...(map.get(name) ?? []), role]);
    }
    return map;
  });
const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);

/**
 * Every setting of every process. Nothing else reads process.env.
 * There is no default secret; a short or repetitive one is refused in every mode.
 */
function load(given: NodeJS.Dict<string> = process.env) {
  return createEnv({
    server: {
      /** `demo`: one machine, embedded database, demo users. `production`: no demo data, strict secrets. */
      SIDECAR_MODE: z.enum(["demo", "production"]).default("production"),
      LOG_LEVEL: z.enum(["error", "warning", "info", "debug"]).default("info"),
      PORT: port(9000),
      /** Address pages and REST listen on; default: this machine only in a demo, else every one. */
      BIND_ADDRESS: z.string().min(1).optional(),
      /** What people's links start with, and the name the sidecar answers to; needed behind a proxy. */
      PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
      /** Further names it answers to, `name` or `name:port`: of machines that call it by another one. */
      ALLOWED_HOSTS: hosts,
      /** Proxies whose X-Forwarded-* headers are believed: how many stand before us, or their networks. */
      TRUSTED_PROXIES: proxies,
      /** People's sessions and tokens, and what the sidecar's keys are stored under. Never leaves it. */
      SESSION_SECRET: secret,
      /** Shared with the product named by DATA_PRODUCT_ID; opens that product's role and nothing else. */
      AUTH_SECRET: secret,
      /** OpenID Connect provider through which people sign in; without it by password alone. */
      OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
      OIDC_CLIENT_ID: z.string().min(1).optional(),
      OIDC_CLIENT_SECRET: z.string().min(1).optional(),
      /** What the sign-in page calls it. */
      OIDC_NAME: z.string().min(1).max(60).default("single sign-on"),
      OIDC_SCOPE: z.string().min(1).default("openid email profile"),
      /** Claim that names a person's groups or roles; without it roles are given here. */
      OIDC_ROLES_CLAIM: z.string().min(1).optional(),
      /** Which of its values give which role: `data-admins=admin,data-team=reviewer`. */
      OIDC_ROLES: roleMap,
      /** `off`: people sign in by the identity provider alone. */
      PASSWORD_SIGN_IN: z.enum(["on", "off"]).default("on"),
      DATABASE_URL: z.url().default("postgres://sidecar@127.0.0.1:5432/sidecar"),
      DATABASE_POOL_MAX: z.coerce.number().int().min(1).max(100).default(10),
      SIDECAR_DATA_DIR: z.string().min(1).default(".data"),
      AGENT_ID: z.string().min(1).default("agent-duckdb-spawn-1"),
      /** Domain this agent speaks for; without it the one that the data product tells. */
      AGENT_DOMAIN: z.string().min(1).max(200).optional(),
      /** Where other agents reach this one; without it PUBLIC_URL, or this machine's PORT. */
      AGENT_URL: z.url({ protocol: /^https?$/ }).optional(),
      /** Registry of agents; without it no other agent is known, and messages are taken over tokens alone. */
      MCP_REGISTRY_URL: z.url({ protocol: /^https?$/ }).optional(),
      /** One-time token with which this agent registers the first time (`cli registry enrol`). */
      MCP_REGISTRY_TOKEN: z.string().min(1).optional(),
      /** A Slack app of yours (docs/notifications.md): its bot's token, and what its requests are signed with. */
      SLACK_BOT_TOKEN: z
        .string()
        .regex(/^xoxb-/, "must be a bot token (xoxb-…)")
        .optional(),
      SLACK_SIGNING_SECRET: z.string().min(16).optional(),
      /** The team's channel, by its id or name; the bot must be a member. */
      SLACK_CHANNEL: z.string().min(1).max(100).optional(),
      SLACK_API_URL: z.url({ protocol: /^https?$/ }).default("https://slack.com/api/"),
      /** Server that takes e-mails; without it they are kept and shown, and can be sent later. */
      SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
      /** Sender of e-mails: an address, or a name with one in angle brackets. */
      MAIL_FROM: z
        .string()
        .max(320)
        .regex(
          /^([^<>\r\n]*<[^@\s<>]+@[^@\s<>]+>|[^@\s<>]+@[^@\s<>]+)$/,
          "must be an e-mail address",
        )
        .optional(),
      /** Webhooks to private addresses; default: only in a demo. */
      WEBHOOK_PRIVATE_ADDRESSES: z.enum(["allow", "refuse"]).optional(),
      /** Redis or PostgreSQL that several sidecars share for their messages; without it they go by HTTP. */
      MCP_BROKER_URL: z.url({ protocol: /^(rediss?|postgres(ql)?)$/ }).optional(),
      /** Messages without a signature: taken over a token that names their sender, or refused. */
      MCP_UNSIGNED_MESSAGES: z.enum(["token", "refuse"]).default("token"),
      /** A message that was handed to the broker is delivered again without a receipt for so many seconds. */
      MCP_RECEIPT_SECONDS: z.coerce.number().min(1).max(3600).default(15),
      /** Suspect messages: handled, and their proposals rejected; or held until a person releases them. */
      MCP_SUSPECT_MESSAGES: z.enum(["reject", "quarantine"]).default("quarantine"),
      /** Port of the registry role. */
      REGISTRY_PORT: port(8080),
      /** Base URL of the data product beside us; without it only estimates can be given. */
      DATA_PRODUCT_API: z.url().optional(),
      DATA_PRODUCT_ID: z
        .string()
        .min(1)
        .max(200)
        .refine((id) => id !== SIDECAR_ISSUER, `must not be ${SIDECAR_ISSUER}`)
        .default("duckdb-spawn"),
      /** Where the demo product finds the sidecar's public keys: http(s):, or file: for a copy. */
      SIDECAR_JWKS_URL: z.url({ protocol: /^(https?|file)$/ }).optional(),
      DEMO_PORT: port(8000),
      /** Whose data product the demo is: DuckDB Spawn, or one of another domain of its data mesh. */
      DEMO_DOMAIN: z.enum(["financing", "risk", "reporting"]).default("financing"),
      DEMO_ROWS: z.coerce.number().int().min(1000).max(100_000_000).default(3_000_000),
      /** Queries per second of the demo product's own workload. */
      DEMO_QUERIES_PER_SECOND: z.coerce.number().min(0).max(1000).default(5),
      /** A shadow copy holds at most this many rows of a table; more are sampled, and said so. */
      PROOF_ROWS_MAX: z.coerce.number().int().min(1000).default(1_000_000),
      /** Time budget of one proof, seconds; what was not tried by then is said so. */
      PROOF_SECONDS_MAX: z.coerce.number().min(1).default(60),
      /** Proofs of all callers together that wait or run at the same time. */
      PROOFS_OPEN_MAX: z.coerce.number().int().min(1).default(100),
      /** Proofs of one caller that wait or run at the same time. */
      PROOFS_OPEN_PER_CALLER_MAX: z.coerce.number().int().min(1).default(4),
      /** Health is degraded while a new proof would wait longer than this, seconds (an estimate). */
      PROOF_WAIT_SECONDS_WARN: z.coerce.number().min(0).default(600),
      /** The search after the first advice ends this many seconds after its proof began; 0: no search. */
      PROOF_SEARCH_SECONDS_MAX: z.coerce.number().min(0).default(1800),
      /**
       * Share of the workload's time that must have been replayed, or a person must acknowledge that
       * it was less: before that nothing is approved that the sidecar would execute.
       */
      APPROVAL_COVERAGE_MIN: z.coerce.number().min(0).max(1).default(0.8),
      /** Smallest share of the workload's (or a targeted query's) time worth a person's attention. */
      PROOF_GAIN_MIN: z.coerce.number().min(0).max(1).default(0.1),
      /** Gain (share of the workload's time) that doubling the storage must bring. */
      PROOF_STORAGE_WEIGHT: z.coerce.number().min(0).max(10).default(0.02),
      /** What a millisecond lost by inserts counts against one saved by queries. */
      PROOF_WRITE_WEIGHT: z.coerce.number().min(0).max(100).default(1),
      /** Pending suggestions expire after this many hours. */
      SUGGESTION_TTL_HOURS: z.coerce.number().positive().default(168),
      /**
       * Shortest watch before an execution is confirmed, seconds; a plain regression ends it earlier. Left out: 30
       * minutes, in a demo one. See `verificationWindow`.
       */
      VERIFY_SECONDS_MIN: z.coerce.number().min(0).optional(),
      /** Longest watch of the live workload after an execution, seconds. Left out: 72 hours, in a demo 2 minutes. */
      VERIFY_SECONDS_MAX: z.coerce.number().min(1).optional(),
      /** Undo data of an execution is kept this many hours. */
      REVERT_WINDOW_HOURS: z.coerce.number().positive().default(24),
      /** How often the product is observed, seconds; 0 turns the observer off. */
      OBSERVE_SECONDS: z.coerce.number().min(0).default(5),
      /** SELECT queries of the last day before a workload is analyzed without anybody asking. */
      WORKLOAD_CALLS_MIN: z.coerce.number().int().min(1).default(40),
      /** Share of their time that must be of queries called at least twice. */
      WORKLOAD_REPEATED_MIN: z.coerce.number().min(0).max(1).default(0.8),
      /** Share of the time that may move to other queries between two observations of a steady mix. */
      WORKLOAD_UNSTEADY_MAX: z.coerce.number().min(0).max(1).default(0.15),
      /** Share of the time that must have moved since the last proof before it is made again. */
      WORKLOAD_MOVED_MIN: z.coerce.number().min(0).max(1).default(0.3),
      /** A proof is made again for that no sooner than so many minutes after the last one. */
      WORKLOAD_REMEASURE_MINUTES: z.coerce.number().min(0).default(60),
      REQUEST_BYTES_MAX: z.coerce.number().int().min(1024).default(1_048_576),
      /** A body must have arrived within so many seconds. */
      REQUEST_BODY_SECONDS_MAX: z.coerce.number().min(1).max(300).default(20),
      REQUESTS_CONCURRENT_MAX: z.coerce.number().int().min(1).default(64),
      /** Of one caller (a key, person, product or agent), at once in one process. */
      REQUESTS_CONCURRENT_PER_CALLER_MAX: z.coerce.number().int().min(1).default(16),
      EVENT_STREAMS_PER_CALLER_MAX: z.coerce.number().int().min(1).default(16),
      /** Of one caller, at all replicas together; a whole minute's may come at once. */
      REQUESTS_PER_MINUTE_MAX: z.coerce.number().int().min(1).default(1200),
      /** The queue's store instead of PostgreSQL; shares cached answers of the model between processes. */
      REDIS_URL: z.url().optional(),
      /** A GGUF of yours; without it the first model of the manifest. */
      MODEL_PATH: z.string().min(1).optional(),
      MODEL_MANIFEST: z.string().min(1).default("models/manifest.json"),
      /** Never more than cores that are free: llama.cpp then gets slower by orders of magnitude. */
      INFERENCE_THREADS: z.coerce.number().int().min(1).max(256).default(1),
      /** Answers computed at the same moment, each by those threads; never more than there are cores. */
      INFERENCE_LANES: z.coerce.number().int().min(1).max(64).default(2),
      /** Requests the model works on together. */
      INFERENCE_SEQUENCES: z.coerce.number().int().min(1).max(64).default(8),
      /** Tokens of one request at most, prompt and answer; a model trained on fewer has fewer. */
      INFERENCE_CONTEXT: z.coerce.number().int().min(64).max(131_072).default(2048),
      /** Requests that may wait; more are refused and told when to come back. */
      INFERENCE_QUEUE_MAX: z.coerce.number().int().min(1).default(64),
      INFERENCE_CACHE_ENTRIES: z.coerce.number().int().min(0).default(2000),
      /** Redis keeps answers this long. */
      INFERENCE_CACHE_SECONDS: z.coerce.number().int().min(1).default(86_400),
      /** An OpenAI-compatible server that answers instead of a model on this machine. */
      INFERENCE_URL: z.url().optional(),
      /** Its model; without it the first it names. */
      INFERENCE_MODEL: z.string().min(1).optional(),
      INFERENCE_API_KEY: z.string().min(1).optional(),
      /** Longest wait for one answer of the model; rules answer then. */
      INFERENCE_DEADLINE_MS: z.coerce.number().int().min(1).max(600_000).default(1000),
    },
    runtimeEnv: given,
    emptyStringAsUndefined: true,
    onValidationError: (issues) => {
      throw new SettingsError(issues.map(({ path, message }) => [String(path), message]));
    },
  });
}

/** Settings that cannot be used: `faults` are names and what is wrong with each, never a value. */
class SettingsError extends Error {
  readonly faults: readonly (readonly [name: string, problem: string])[];
  constructor(faults: SettingsError["faults"]) {
    const lines = faults.map(([name, problem]) => `  ${name}: ${problem}`).join("\n");
    super(`Settings are not usable (see .env.example):\n${lines}`);
    this.faults = faults;
  }
}

/** Settings under the names of earlier versions, which `.env` files may still hold. */
export const FORMER_NAMES = {
  SPAWN_PORT: "DEMO_PORT",
  SPAWN_ROWS: "DEMO_ROWS",
  SPAWN_QUERIES_PER_SECOND: "DEMO_QUERIES_PER_SECOND",
} as const;

export type Settings = ReturnType<typeof load>;

/** Settings that are, or may contain, a secret: never logged. */
export const SECRET_SETTINGS = [
  "SESSION_SECRET",
  "AUTH_SECRET",
  "OIDC_CLIENT_SECRET",
  "DATABASE_URL",
  "MCP_REGISTRY_TOKEN",
  "MCP_BROKER_URL",
  "REDIS_URL",
  "SLACK_BOT_TOKEN",
  "SLACK_SIGNING_SECRET",
  "SMTP_URL",
  "INFERENCE_API_KEY",
] as const satisfies readonly (keyof Settings)[];

let cached: Settings | undefined;

/** Settings of this process, read once. Throws with every unusable setting named. */
export function env(): Settings {
  cached ??= assertFitting(load());
  return cached;
}

/** Throws the first reason why these settings do not go together. */
function assertFitting(loaded: Settings): Settings {
  const [problem] = findMismatches(loaded);
  if (problem !== undefined) throw new Error(problem);
  return loaded;
}

/** What was set: in the environment that this process was started with, and in `.env` of the working folder. */
export interface GivenSettings {
  environment: Record<string, string>;
  file: Record<string, string>;
}

/** Call before `launchEnv`, which joins the two. */
export function givenSettings(): GivenSettings {
  // Node.js 20.9 cannot read the file: there `launchEnv` leaves it out as well.
  const isRead = existsSync(".env") && typeof util.parseEnv === "function";
  const file = isRead ? withoutUnset(util.parseEnv(readFileSync(".env", "utf8"))) : {};
  return { environment: inheritedEnvironment(), file };
}

/** What these settings come to, without any effect: values, what is wrong with each, what does not go together. */
export function validateSettings(given: Record<string, string>): {
  settings: Settings | null;
  faults: ReadonlyMap<string, string>;
  mismatches: string[];
} {
  try {
    const settings = load(given);
    return { settings, faults: new Map(), mismatches: findMismatches(settings) };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { settings: null, faults: new Map(error.faults), mismatches: [] };
  }
}

/**
 * Settings of a command run by hand: like env(), with `.env` of the working folder (what is set
 * already wins), and before SESSION_SECRET must exist.
 */
export function launchEnv(): Settings {
  if (existsSync(".env") && typeof process.loadEnvFile === "function") process.loadEnvFile(".env");
  for (const [former, name] of Object.entries(FORMER_NAMES)) {
    const value = process.env[former];
    if (value !== undefined && !isSet(name)) process.env[name] = value;
  }
  return load();
}

/** True when the person who started us gave this setting a value. */
export function isSet(key: keyof Settings): boolean {
  return (process.env[key] ?? "") !== "";
}

/** Settles settings for this process and for every child it starts from now on. */
export function setEnv(values: Partial<Record<keyof Settings | "NODE_ENV", string>>): void {
  Object.assign(process.env, values);
  cached = undefined;
}

/** What links to pages start with: PUBLIC_URL, or this machine. */
export function publicUrl({ PUBLIC_URL, PORT }: Pick<Settings, "PUBLIC_URL" | "PORT">): string {
  return PUBLIC_URL === undefined ? `http://localhost:${PORT}` : new URL(PUBLIC_URL).origin;
}

/** Where pages and REST listen; undefined: on every address. */
export function listenAddress({ BIND_ADDRESS, SIDECAR_MODE }: Settings): string | undefined {
  return BIND_ADDRESS ?? (SIDECAR_MODE === "demo" ? "127.0.0.1" : undefined);
}

/** This process's environment, as its children inherit it now. */
export function inheritedEnvironment(): Record<string, string> {
  return withoutUnset(process.env);
}

const withoutUnset = (all: NodeJS.Dict<string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as const],
    ),
  );

/** This process's environment without any setting of the sidecar but the named ones. */
export function environmentWith(keys: readonly (keyof Settings)[]): Record<string, string> {
  const settings = new Set(Object.keys(load()));
  const kept = new Set<string>(keys);
  return Object.fromEntries(
    Object.entries(inheritedEnvironment()).filter(([key]) => !settings.has(key) || kept.has(key)),
  );
}

/**
 * next-auth takes its own address from process.env and nowhere else. With PUBLIC_URL it is that;
 * otherwise the host of each request, so that any PORT works. Call before next-auth handles one.
 */
export function prepareNextAuthEnvironment({ PUBLIC_URL }: Settings): void {
  if (PUBLIC_URL !== undefined) process.env.NEXTAUTH_URL ??= new URL(PUBLIC_URL).origin;
  else process.env.AUTH_TRUST_HOST ??= "true";
}

/** Settings of the benchmarks: a running sidecar and a key of it. They need no server's secret. */
export function benchmarkEnv() {
  return createEnv({
    server: {
      SIDECAR_URL: z.url().optional(),
      SIDECAR_API_KEY: z.string().min(1).optional(),
      SIDECAR_DATA_DIR: z.string().min(1).default(".data"),
    },
    runtimeEnv: process.env,
    emptyStringAsUndefined: true,
  });
}
