import path from "node:path";
import type { Actor } from "@/server/contracts";
import { applyServedProduct } from "@/server/data-product";
import { listUsers } from "@/server/identity";
import {
  AppError,
  closeRoot,
  contextFor,
  createRoot,
  env,
  isSet,
  launchEnv,
  type Root,
  type ServiceContext,
  type Settings,
  setEnv,
} from "@/server/platform";
import { postgresUrl } from "@/server/platform/embedded-postgres";
import { readSecrets } from "@/server/platform/installation";

/** Administration at the shell of the machine; named so in the audit trail. */
const ADMINISTRATOR: Actor = { kind: "system", id: "cli", label: "cli", roles: ["admin"] };

/** The installation's settings: DATABASE_URL and secrets from the data folder where they are not set. */
export function findInstallation(): Settings {
  const dataDir = path.resolve(launchEnv().SIDECAR_DATA_DIR);
  const secrets = readSecrets(dataDir);
  if (secrets !== null && !isSet("SESSION_SECRET")) {
    setEnv({ SESSION_SECRET: secrets.session_secret });
  }
  // A demo's product has its secret from the same file.
  if (secrets !== null && secrets.demo_api_key !== null && !isSet("AUTH_SECRET")) {
    setEnv({ AUTH_SECRET: secrets.auth_secret });
  }
  if (isSet("DATABASE_URL")) return env();
  if (secrets === null || secrets.postgres_port === null) {
    throw new AppError(
      "misconfigured",
      `There is no installation in ${dataDir}. Start one with \`npm run up\`, name its folder with ` +
        "SIDECAR_DATA_DIR, or set DATABASE_URL.",
    );
  }
  const { postgres_port: port, postgres_password: password } = secrets;
  setEnv({ DATABASE_URL: postgresUrl(port, password, "sidecar") });
  return env();
}

async function actorNamed(root: Root, email: string): Promise<Actor> {
  const users = await listUsers({ ctx: contextFor(root, ADMINISTRATOR) });
  const user = users.find((one) => one.email === email.trim().toLowerCase());
  if (user === undefined || !user.isActive) {
    throw new AppError("not_found", `There is no active user ${email}.`);
  }
  return { kind: "user", id: user.id, label: user.email, roles: user.roles };
}

function isRefusedConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return /ECONNREFUSED|CONNECT_TIMEOUT/.test(code) || isRefusedConnection(error.cause);
}

/**
 * Runs one command on the installation's database, as the named user or as the machine's
 * administrator. Throws `unavailable` when the database does not answer.
 */
export async function withContext<T>(
  asEmail: string | undefined,
  use: (ctx: ServiceContext) => Promise<T>,
): Promise<T> {
  const root = createRoot("cli", { settings: findInstallation(), poolMax: 2 });
  try {
    await applyServedProduct(root);
    const actor = asEmail === undefined ? ADMINISTRATOR : await actorNamed(root, asEmail);
    return await use(contextFor(root, actor));
  } catch (cause) {
    if (!isRefusedConnection(cause)) throw cause;
    const message = "The database does not answer. Is the sidecar running (`npm run up`)?";
    throw new AppError("unavailable", message, { cause });
  } finally {
    await closeRoot(root);
  }
}
