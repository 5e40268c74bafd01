import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobs, processHeartbeats } from "@/drizzle/schema";
import { pauseProduct, resumeProduct } from "@/server/data-product";
import { closeDatabase, env, openDatabase, setEnv } from "@/server/platform";
import { createConcurrencyLimiter } from "./services";
import { createHarness, type Harness } from "./testing/harness";

let harness: Harness;

beforeAll(async () => {
  setEnv({ MODEL_MANIFEST: "no-models.json" });
  harness = await createHarness();
});
afterAll(() => harness.drop());

test("health needs no credential and says ok", async () => {
  const response = await harness.get("/agent/health");
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    status: "ok",
    agent_id: "agent-duckdb-spawn-1",
    checks: { database: { status: "ok" }, prover: { status: "ok" } },
  });
});

test("a product that an administrator has paused is no fault", async () => {
  const settings = { DATA_PRODUCT_API: "http://127.0.0.1:1" };
  const served = await createHarness({ db: harness.db, settings });
  const checkProduct = async () =>
    (await (await served.get("/agent/health")).json()).checks.data_product;
  expect(await checkProduct()).toMatchObject({ status: "unknown" });
  const input = { product_id: env().DATA_PRODUCT_ID };
  await pauseProduct({ ctx: harness.ctx, input });
  expect(await checkProduct()).toMatchObject({
    ...{ status: "ok", detail: expect.stringMatching(/^Paused/) },
  });
  await resumeProduct({ ctx: harness.ctx, input });
  expect(await checkProduct()).toMatchObject({ status: "unknown" });
});

test("health answers when every other request is told to wait", async () => {
  const { limiters } = harness.services;
  const full = createConcurrencyLimiter(0);
  harness.services.limiters = { requests: full, streams: full };
  expect((await harness.get("/agent/health")).status).toBe(200);
  harness.services.limiters = limiters;
});

test("work that nobody takes degrades, and a worker's lease heals", async () => {
  const runAt = sql`now() - interval '5 minutes'`;
  await harness.db.insert(jobs).values({ kind: "prove", subjectId: "a", runAt });
  const stuck = await harness.get("/agent/health");
  expect(stuck.status).toBe(200);
  expect(await stuck.json()).toMatchObject({
    status: "degraded",
    checks: { prover: { status: "degraded" } },
  });
  const leaseUntil = sql`now() + interval '1 minute'`;
  await harness.db
    .insert(jobs)
    .values({ kind: "prove", subjectId: "b", state: "running", leaseUntil });
  expect(await (await harness.get("/agent/health")).json()).toMatchObject({ status: "ok" });
});

test("a long queue of proofs degrades: how many wait, since when, and an estimate of the wait", async () => {
  await harness.db.delete(jobs);
  const status = { is_ready: true, parts: {} };
  const beat = {
    instanceId: "q",
    role: "prover",
    host: "h",
    pid: 9,
    startedAt: new Date(),
    status,
  };
  await harness.db.insert(processHeartbeats).values({ ...beat, lastAt: sql`now()` });
  const queue = async () => {
    const { checks } = await (await harness.get("/agent/health")).json();
    return checks.proof_queue;
  };
  expect(await queue()).toEqual({ status: "ok", detail: "No proof waits." });
  const names = Array.from({ length: 40 }, (_, n) => ({
    ...{ kind: "prove" as const, subjectId: `s${n}` },
    createdAt: new Date("2026-01-01T10:00:00Z"),
  }));
  await harness.db.insert(jobs).values(names);
  expect(await queue()).toEqual({
    status: "degraded",
    detail: expect.stringMatching(
      /^40 proofs wait, the oldest since 2026-01-01T10:00:00.000Z\. .* 40 min \(estimate: /,
    ),
  });
  // Searches in the background give way, and are waited for by nobody.
  await harness.db.update(jobs).set({ priority: 10 });
  expect(await queue()).toMatchObject({ status: "ok" });
  await harness.db.delete(processHeartbeats);
  await harness.db.delete(jobs);
});

test("a prover that fell silent degrades, and its next sign of life heals", async () => {
  const status = { is_ready: true, parts: {} };
  const beat = {
    instanceId: "a",
    role: "prover",
    host: "h",
    pid: 1,
    startedAt: new Date(),
    status,
  };
  const lastAt = sql`now() - interval '2 minutes'`;
  await harness.db.insert(processHeartbeats).values({ ...beat, lastAt });
  expect(await (await harness.get("/agent/health")).json()).toMatchObject({
    status: "degraded",
    checks: { prover: { status: "degraded" } },
    processes: [{ role: "prover", pid: 1, status: "down" }],
  });
  await harness.db.update(processHeartbeats).set({ lastAt: sql`now()` });
  expect(await (await harness.get("/agent/health")).json()).toMatchObject({
    status: "ok",
    processes: [{ status: "ok" }],
  });
});

test("a process that lives but cannot do its work degrades and says why; a second prover heals", async () => {
  const part = { is_ready: false, detail: "The queue does not answer." };
  const beat = { role: "prover", host: "h", startedAt: new Date(), lastAt: sql`now()` };
  await harness.db.delete(processHeartbeats);
  await harness.db.insert(processHeartbeats).values({
    ...{ ...beat, instanceId: "a", pid: 1 },
    status: { is_ready: false, parts: { queue: part } },
  });
  expect(await (await harness.get("/agent/health")).json()).toMatchObject({
    status: "degraded",
    checks: { prover: { detail: expect.stringContaining("The queue does not answer.") } },
    processes: [{ pid: 1, status: "degraded" }],
  });
  await harness.db.insert(processHeartbeats).values({
    ...{ ...beat, instanceId: "b", pid: 2 },
    status: { is_ready: true, parts: {} },
  });
  expect(await (await harness.get("/agent/health")).json()).toMatchObject({
    checks: { prover: { status: "ok" } },
  });
});

test("without the database it is 503 within about a second, and names no address", async () => {
  const { db } = harness.services;
  harness.services.db = openDatabase("postgres://nobody@127.0.0.1:1/none", 1);
  const started = performance.now();
  const response = await harness.get("/agent/health");
  expect(performance.now() - started).toBeLessThan(2500);
  expect(response.status).toBe(503);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({ status: "down" });
  expect(text).not.toMatch(/127\.0\.0\.1|nobody/);
  await closeDatabase(harness.services.db);
  harness.services.db = db;
});

test("a model that is set up but does not run degrades, and says that rules advise", async () => {
  setEnv({ MODEL_MANIFEST: "models/manifest.json", SIDECAR_DATA_DIR: "no-such-data-folder" });
  harness.services.settings = env();
  const response = await harness.get("/agent/health");
  expect(response.status).toBe(200);
  const { status, checks } = await response.json();
  expect(status).toBe("degraded");
  expect(checks.inference.detail).toContain("by rules alone");
});
