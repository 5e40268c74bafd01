import { createServer } from "node:http";
import { hostname } from "node:os";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processHeartbeats } from "@/drizzle/schema";
import { beatProcess, env, setEnv } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { answersHttp, beatsReady } from "./readiness";

const PROVER = { instanceId: "one", role: "prover", host: hostname(), pid: 4711 };
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  setEnv({ DATABASE_URL: database.url });
});
afterAll(() => database.drop());

const beat = (is_ready: boolean) =>
  beatProcess({
    ctx: { db: database.db },
    input: { ...PROVER, startedAt: new Date(), status: { is_ready, parts: {} } },
  });

test("a process is ready when its own fresh heartbeat says so, not when it merely lives", async () => {
  expect(await beatsReady(env(), { role: "prover", pid: PROVER.pid })).toBe(false);
  await beat(false);
  expect(await beatsReady(env(), { role: "prover", pid: PROVER.pid })).toBe(false);
  await beat(true);
  expect(await beatsReady(env(), { role: "prover", pid: PROVER.pid })).toBe(true);
  expect(await beatsReady(env(), { role: "prover", pid: PROVER.pid + 1 })).toBe(false);
  expect(await beatsReady(env(), { role: "web", pid: PROVER.pid })).toBe(false);
  await database.db.update(processHeartbeats).set({ lastAt: sql`now() - interval '1 minute'` });
  expect(await beatsReady(env(), { role: "prover", pid: PROVER.pid })).toBe(false);
});

test("a server is ready when it answers 200, not when it listens or fails", async () => {
  let status = 503;
  const server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  expect(await answersHttp(url)).toBe(false);
  status = 200;
  expect(await answersHttp(url)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await answersHttp(url)).toBe(false);
});
