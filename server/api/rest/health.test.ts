import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heartbeats, jobs } from "@/drizzle/schema";
import { closeDatabase, openDatabase, setEnv } from "@/server/platform";
import { createGate } from "./gate";
import { healthRoute } from "./routes";
import { createHarness, type Harness } from "./testing/harness";

let harness: Harness;

beforeAll(async () => {
  setEnv({ MODEL_MANIFEST: "no-models.json" });
  harness = await createHarness();
});
afterAll(() => harness.drop());

test("health needs no credential and says ok", async () => {
  const response = await harness.send(healthRoute);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    status: "ok",
    agent_id: "agent-duckdb-spawn-1",
    checks: { database: { status: "ok" }, prover: { status: "ok" } },
  });
});

test("health answers when every other request is told to wait", async () => {
  const { gates } = harness.services;
  harness.services.gates = { requests: createGate(0), streams: createGate(0) };
  expect((await harness.send(healthRoute)).status).toBe(200);
  harness.services.gates = gates;
});

test("work that nobody takes degrades, and a worker's lease heals", async () => {
  const runAt = sql`now() - interval '5 minutes'`;
  await harness.db.insert(jobs).values({ kind: "prove", subjectId: "a", runAt });
  const stuck = await harness.send(healthRoute);
  expect(stuck.status).toBe(200);
  expect(await stuck.json()).toMatchObject({
    status: "degraded",
    checks: { prover: { status: "degraded" } },
  });
  const leaseUntil = sql`now() + interval '1 minute'`;
  await harness.db
    .insert(jobs)
    .values({ kind: "prove", subjectId: "b", state: "running", leaseUntil });
  expect(await (await harness.send(healthRoute)).json()).toMatchObject({ status: "ok" });
});

test("a prover that fell silent degrades, and its next sign of life heals", async () => {
  const beat = { role: "prover", worker: "1" };
  const at = sql`now() - interval '2 minutes'`;
  await harness.db.insert(heartbeats).values({ ...beat, at });
  expect(await (await harness.send(healthRoute)).json()).toMatchObject({
    status: "degraded",
    checks: { prover: { status: "degraded" } },
  });
  await harness.db.update(heartbeats).set({ at: sql`now()` });
  expect(await (await harness.send(healthRoute)).json()).toMatchObject({ status: "ok" });
});

test("without the database it is 503 within about a second, and names no address", async () => {
  const { db } = harness.services;
  harness.services.db = openDatabase("postgres://nobody@127.0.0.1:1/none", 1);
  const started = performance.now();
  const response = await harness.send(healthRoute);
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
  const response = await harness.send(healthRoute);
  expect(response.status).toBe(200);
  const { status, checks } = await response.json();
  expect(status).toBe("degraded");
  expect(checks.inference.detail).toContain("by rules alone");
});
