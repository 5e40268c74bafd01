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
import { MADE_NAMES } from "./config-report";
import { readMadeSettings } from "./made-settings";

/** Administration at the shell of the machine; named so in the audit trail. */
const ADMINISTRATOR: Actor = { kind: "system", id: "cli", label: "cli", roles: ["admin"] };

/** The installation's settings: DATABASE_URL and secrets from the data folder where they are not set. */
export function findInstallation(): Settings {
  const { SIDECAR_DATA_DIR } = launchEnv();
  const made = readMadeSettings(SIDECAR_DATA_DIR);
  for (const name of MADE_NAMES) {
    const value = made[name];
    if (value !== undefined && !isSet(name)) setEnv({ [name]: value });
  }
  if (isSet("DATABASE_URL")) return env();
  throw new AppError(
    "misconfigured",
    `There is no installation in ${path.resolve(SIDECAR_DATA_DIR)}. Start one with \`npm run up\`, name its folder ` +
      "with SIDECAR_DATA_DIR, or set DATABASE_URL.",
  );
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

/** Runs something on a database. Throws `unavailable` when that does not answer. */
export async function withRoot<T>(
  settings: Settings,
  use: (root: Root, ctx: ServiceContext) => Promise<T>,
): Promise<T> {
  const root = createRoot("cli", { settings, poolMax: 2 });
  try {
    return await use(root, contextFor(root, ADMINISTRATOR));
  } catch (cause) {
    if (!isRefusedConnection(cause)) throw cause;
    const message = "The database does not answer. Is the sidecar running (`npm run up`)?";
    throw new AppError("unavailable", message, { cause });
  } finally {
    await closeRoot(root);
  }
}

/** Runs one command on the installation's database, as the named user or as the machine's administrator. */
export function withContext<T>(
  asEmail: string | undefined,
  use: (ctx: ServiceContext) => Promise<T>,
): Promise<T> {
  return withRoot(findInstallation(), async (root, ctx) => {
    await applyServedProduct(root);
    return use(asEmail === undefined ? ctx : contextFor(root, await actorNamed(root, asEmail)));
  });
}
