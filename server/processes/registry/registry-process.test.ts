import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { registryAgents } from "@/drizzle/schema";
import { freePort } from "@/server/platform/embedded-postgres";
import { migrateDatabase } from "@/server/platform/migrations";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";

let database: TestDatabase;
let port: number;
let child: ChildProcess | undefined;

function startRegistry(): ChildProcess {
  const args = ["--import", "tsx", "server/processes/registry/main.ts"];
  const env = { ...process.env, DATABASE_URL: database.url, REGISTRY_PORT: String(port) };
  child = spawn(process.execPath, args, { env, stdio: "ignore" });
  return child;
}

beforeAll(async () => {
  database = await createTestDatabase();
  port = await freePort();
});
afterAll(async () => {
  child?.kill("SIGKILL");
  await database.drop();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers });

/** As a new database is. */
async function emptyDatabase(): Promise<void> {
  for (const schema of ["public", "drizzle", "bullmq"]) {
    await database.db.execute(sql.raw(`drop schema if exists ${schema} cascade`));
  }
  await database.db.execute(sql`create schema public`);
}

test("two processes that start at once on an empty database set it up together", async () => {
  await emptyDatabase();
  await Promise.all([migrateDatabase(database.url), migrateDatabase(database.url)]);
  expect(await database.db.$count(registryAgents)).toBe(0);
});

test("the registry sets its database up, serves on its port, ends leases by itself, and stops in order", async () => {
  await emptyDatabase();
  const process_ = startRegistry();
  const ended = once(process_, "exit");
  const answers = async () => expect((await get("/registry/health")).status).toBe(200);
  await vi.waitFor(answers, { timeout: 30_000, interval: 200 });
  const refused = await get("/registry/agents");
  expect(refused.status).toBe(401);
  expect(refused.headers.get("content-type")).toBe("application/problem+json");
  expect(refused.headers.get("x-content-type-options")).toBe("nosniff");

  const card = {
    ...{ agent_id: "silent", product_id: "p", domain: "d", url: "http://127.0.0.1:9" },
    ...{ broker_id: null, capabilities: [], jwks: { keys: [] }, message_version: "1" },
  };
  const leaseUntil = new Date(Date.now() - 1000);
  const row = { agentId: "silent", productId: "p", domain: "d", card, leaseUntil, version: 0 };
  await database.db.insert(registryAgents).values(row);
  await vi.waitFor(
    async () => {
      const [agent] = await database.db.select().from(registryAgents);
      expect(agent?.status).toBe("offline");
    },
    { timeout: 10_000, interval: 100 },
  );
  process_.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});
