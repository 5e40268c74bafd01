import path from "node:path";
import { postgresUrl } from "@/server/platform/embedded-postgres";
import { readSecrets } from "@/server/platform/installation";
import type { MadeSettings } from "./config-report";

/** Settings that `npm run up` made for this installation; none before its first start. Throws `misconfigured`. */
export function readMadeSettings(dataDir: string): MadeSettings {
  const secrets = readSecrets(path.resolve(dataDir));
  if (secrets === null) return {};
  const { session_secret, auth_secret, demo_api_key, postgres_port, postgres_password } = secrets;
  return {
    SESSION_SECRET: session_secret,
    // `npm run up` starts a demo unless it is told otherwise; its product has its secret from the same file.
    ...(demo_api_key !== null && { AUTH_SECRET: auth_secret, SIDECAR_MODE: "demo" }),
    ...(postgres_port !== null && {
      DATABASE_URL: postgresUrl(postgres_port, postgres_password, "sidecar"),
    }),
  };
}
