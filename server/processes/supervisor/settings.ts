import { chmodSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Env, env, isSet, launchEnv, setEnv } from "@/server/platform";
import { ensureSecrets } from "@/server/platform/installation";

/** Where the program itself lies. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** What this run of the supervisor was asked to be. */
export interface Settings {
  env: Env;
  dataDir: string;
  isDemo: boolean;
  /** false: DATABASE_URL names a database somebody else runs. */
  hasEmbeddedDatabase: boolean;
  /** false: DATA_PRODUCT_API names a real product, or this is production. */
  hasSpawn: boolean;
  /** false: nothing to observe, prove or execute on; answers are estimates. */
  hasProduct: boolean;
  url: string;
  spawnUrl: string;
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
    hasSpawn: isDemo && product === undefined,
    hasProduct: isDemo || product !== undefined,
    url: `http://localhost:${launched.PORT}`,
    spawnUrl: product ?? `http://localhost:${launched.SPAWN_PORT}`,
  };
}

/**
 * Hands every process what it must agree on: secrets, addresses, mode.
 * Throws when they are not fit for the mode, before anything is started with them.
 */
export function shareSettings(settings: Settings): void {
  setEnv({
    NODE_ENV: "production",
    SIDECAR_MODE: settings.env.SIDECAR_MODE,
    SIDECAR_DATA_DIR: settings.dataDir,
    ...(isSet("AUTH_SECRET") ? {} : { AUTH_SECRET: ensureSecrets(settings.dataDir).auth_secret }),
    ...(settings.hasSpawn
      ? { DATA_PRODUCT_API: `http://127.0.0.1:${settings.env.SPAWN_PORT}` }
      : {}),
  });
  env();
}
