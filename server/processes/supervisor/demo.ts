import { rmSync } from "node:fs";
import path from "node:path";
import type { Actor } from "@/server/contracts";
import { issueProductToken, issueUserToken, listUsers } from "@/server/identity";
import {
  AppError,
  closeRoot,
  contextFor,
  createRoot,
  type ServiceContext,
} from "@/server/platform";
import { ensureSecrets, writePrivateJson } from "@/server/platform/installation";
import { DEMO_USERS, type DemoUser, ensureDemoKey, ensureDemoUsers } from "./demo-accounts";
import type { Settings } from "./settings";

const TOKEN_SECONDS = 30 * 86_400;

const demoFile = (dataDir: string) => path.join(dataDir, "demo.json");

/** Who acts while an installation is set up; named in the audit trail. */
const INSTALLER: Actor = {
  kind: "system",
  id: "installer",
  label: "installer",
  roles: ["admin"],
};

/** Runs `use` as whoever sets this installation up, on its database. */
export async function asInstaller<T>(
  { env }: Pick<Settings, "env">,
  use: (ctx: ServiceContext) => Promise<T>,
): Promise<T> {
  const root = createRoot("supervisor", { settings: env, poolMax: 2 });
  try {
    return await use(contextFor(root, INSTALLER));
  } finally {
    await closeRoot(root);
  }
}

/** Everything a script needs to drive a demo. `jwt`: the product's; `reviewerToken`: a person's. */
export interface Demo {
  url: string;
  productUrl: string;
  apiKey: string;
  jwt: string;
  reviewerToken: string;
  /** Of a second person: high risks need two. */
  adminToken: string;
  users: DemoUser[];
}

/** Makes the demo's people, key and tokens; the same people and key at every later start. */
export function seedDemo(settings: Settings): Promise<Demo> {
  const { dataDir, env, url, productUrl } = settings;
  return asInstaller(settings, async (ctx) => {
    const { users, secrets } = await ensureDemoUsers(ctx, dataDir, ensureSecrets(dataDir));
    const apiKey = await ensureDemoKey(ctx, dataDir, secrets);
    const ttl_seconds = TOKEN_SECONDS;
    const tokenOf = (role: DemoUser["role"]) => {
      const user_id = users.find((user) => user.role === role)?.id;
      if (user_id === undefined) throw new AppError("internal", `The demo has no ${role}.`);
      return issueUserToken({ ctx, input: { user_id, ttl_seconds } });
    };
    const product_id = env.DATA_PRODUCT_ID;
    const jwt = await issueProductToken({ ctx, input: { product_id, ttl_seconds } });
    const [reviewerToken, adminToken] = [await tokenOf("reviewer"), await tokenOf("admin")];
    return { url, productUrl, apiKey, jwt, reviewerToken, adminToken, users };
  });
}

/** Writes `<data dir>/demo.json` for scripts (owner only, whole or not at all). */
export function writeDemoFile(dataDir: string, demo: Demo): void {
  const users = demo.users.map(({ id: _, ...user }) => user);
  writePrivateJson(demoFile(dataDir), { ...demo, users });
}

/** A file of an earlier run must not tell scripts that a demo is up. */
export function removeDemoFile(dataDir: string): void {
  rmSync(demoFile(dataDir), { force: true });
}

/**
 * Production must hold nothing of a demo. Throws `misconfigured` while a demo user is active;
 * answers whether anybody can administer this installation yet.
 */
export function assertNoDemo(settings: Settings): Promise<{ hasAdmin: boolean }> {
  return asInstaller(settings, async (ctx) => {
    const active = (await listUsers({ ctx })).filter((user) => user.isActive);
    const demo = active.filter((user) => DEMO_USERS.some(({ email }) => email === user.email));
    if (demo.length > 0) {
      throw new AppError(
        "misconfigured",
        `This database has demo users (${demo.map((user) => user.email).join(", ")}), which ` +
          "production refuses. Use another database or data folder; or start it as a demo once more, " +
          "create an administrator of yours and deactivate them (npx sidecar users --help).",
      );
    }
    return { hasAdmin: active.some((user) => user.roles.includes("admin")) };
  });
}
