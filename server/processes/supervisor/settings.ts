import { chmodSync, mkdirSync, statfsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  AppError,
  env,
  isSet,
  launchEnv,
  type Settings as ProcessSettings,
  setEnv,
} from "@/server/platform";
import { ensureSecrets } from "@/server/platform/installation";

/** Where the program itself lies. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** What this run of the supervisor was asked to be. */
export interface Settings {
  env: ProcessSettings;
  dataDir: string;
  isDemo: boolean;
  /** false: DATABASE_URL names a database somebody else runs. */
  hasEmbeddedDatabase: boolean;
  /** false: DATA_PRODUCT_API names a real product, or this is production. */
  hasDemoProduct: boolean;
  /** false: nothing to observe, prove or execute on; answers are estimates. */
  hasProduct: boolean;
  url: string;
  productUrl: string;
}

/** Reads the settings and makes the data folder. Throws for unusable settings or folder. */
export function readSettings(): Settings {
  const launched = launchEnv();
  const dataDir = path.resolve(launched.SIDECAR_DATA_DIR);
  mkdirSync(dataDir, { recursive: true });
  // As root, PostgreSQL's own account must pass through; the files in it stay private.
  chmodSync(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
  const isDemo = launched.SIDECAR_MODE === "demo";
  const product = launched.DATA_PRODUCT_API;
  return {
    env: launched,
    dataDir,
    isDemo,
    hasEmbeddedDatabase: !isSet("DATABASE_URL"),
    hasDemoProduct: isDemo && product === undefined,
    hasProduct: isDemo || product !== undefined,
    url: `http://localhost:${launched.PORT}`,
    productUrl: product ?? `http://localhost:${launched.DEMO_PORT}`,
  };
}

function demoProductSettings({ env: { PORT, DEMO_PORT } }: Settings) {
  return {
    DATA_PRODUCT_API: `http://127.0.0.1:${DEMO_PORT}`,
    ...(isSet("SIDECAR_JWKS_URL")
      ? {}
      : { SIDECAR_JWKS_URL: `http://127.0.0.1:${PORT}/.well-known/jwks.json` }),
  };
}

/** The settings with these values, which every process that is started from now on has too. */
export function shareValues(settings: Settings, values: Parameters<typeof setEnv>[0]): Settings {
  setEnv(values);
  return { ...settings, env: env() };
}

/**
 * Hands every process what it must agree on: secrets, addresses, mode. Answers the settings with it.
 * Throws when they are not fit for the mode, before anything is started with them.
 */
export function shareSettings(settings: Settings): Settings {
  const { session_secret, auth_secret } = ensureSecrets(settings.dataDir);
  return shareValues(settings, {
    NODE_ENV: "production",
    SIDECAR_MODE: settings.env.SIDECAR_MODE,
    SIDECAR_DATA_DIR: settings.dataDir,
    ...(isSet("SESSION_SECRET") ? {} : { SESSION_SECRET: session_secret }),
    // A product of yours has the secret you gave it, or none; the demo's is made for it.
    ...(settings.isDemo && !isSet("AUTH_SECRET") ? { AUTH_SECRET: auth_secret } : {}),
    ...(settings.hasDemoProduct ? demoProductSettings(settings) : {}),
  });
}

const BYTES_MIN = 1024 ** 3;

/** Throws `misconfigured` when less than 1 GB is free: the start would fail half-way. */
export function assertDiskSpace(dataDir: string): void {
  const { bavail, bsize } = statfsSync(dataDir);
  const freeBytes = bavail * bsize;
  if (freeBytes >= BYTES_MIN) return;
  const freeMb = Math.floor(freeBytes / 1024 ** 2);
  throw new AppError(
    "misconfigured",
    `Only ${freeMb} MB are free on the disk of ${dataDir}; at least 1024 MB are needed. ` +
      "Free some space, or choose another place: SIDECAR_DATA_DIR=<folder> npm run up",
  );
}
