import { rmSync } from "node:fs";
import path from "node:path";
import { issueToken, listUsers } from "@/server/identity";
import { AppError, closeDatabase, type Database, openDatabase } from "@/server/platform";
import { ensureSecrets, writePrivateJson } from "@/server/platform/installation";
import { ensureDemoKey } from "./demo-key";
import { DEMO_USERS, type DemoUser, ensureDemoUsers } from "./demo-users";
import { installerContext } from "./installer-context";
import type { Settings } from "./settings";

const TOKEN_DAYS = 30;
const ttlSeconds = TOKEN_DAYS * 86_400;

const demoFile = (dataDir: string) => path.join(dataDir, "demo.json");

async function withDatabase<T>(url: string, use: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(url, 2);
  try {
    return await use(db);
  } finally {
    await closeDatabase(db);
  }
}

/** Everything a script needs to drive a demo. `jwt`: the product's; `reviewerToken`: a person's. */
export interface Demo {
  url: string;
  spawnUrl: string;
  apiKey: string;
  jwt: string;
  reviewerToken: string;
  users: DemoUser[];
}

/** Makes the demo's people, key and tokens; the same people and key at every later start. */
export function seedDemo(settings: Settings, databaseUrl: string): Promise<Demo> {
  const { dataDir, env, url, spawnUrl } = settings;
  return withDatabase(databaseUrl, async (db) => {
    const ctx = installerContext(db);
    const { users, secrets } = await ensureDemoUsers(ctx, dataDir, ensureSecrets(dataDir));
    const apiKey = await ensureDemoKey(ctx, dataDir, secrets);
    const reviewer = users.find((user) => user.role === "reviewer");
    if (reviewer === undefined) throw new AppError("internal", "The demo has no reviewer.");
    const subject = env.DATA_PRODUCT_ID;
    const jwt = await issueToken({ kind: "data-product", subject, ttlSeconds });
    const reviewerToken = await issueToken({ kind: "user", subject: reviewer.id, ttlSeconds });
    return { url, spawnUrl, apiKey, jwt, reviewerToken, users };
  });
}

/** Writes `<data dir>/demo.json` for scripts (owner only, whole or not at all). */
export function writeDemoFile(dataDir: string, demo: Demo): void {
  const users = demo.users.map(({ email, password, role }) => ({ email, password, role }));
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
export function assertNoDemo(databaseUrl: string): Promise<{ hasAdmin: boolean }> {
  return withDatabase(databaseUrl, async (db) => {
    const active = (await listUsers({ ctx: installerContext(db) })).filter((user) => user.isActive);
    const demo = active.filter((user) => DEMO_USERS.some(({ email }) => email === user.email));
    if (demo.length > 0) {
      throw new AppError(
        "misconfigured",
        `This database has demo users (${demo.map((user) => user.email).join(", ")}), which ` +
          "production refuses. Use another database or data folder; or start it as a demo once more, " +
          "create an administrator of yours and deactivate them (npm run cli -- users --help).",
      );
    }
    return { hasAdmin: active.some((user) => user.roles.includes("admin")) };
  });
}
