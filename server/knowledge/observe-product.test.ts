import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { dataProducts, observedPatterns } from "@/drizzle/schema";
import type { ProductSchema, Workload, WorkloadPattern } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { analyze } from "@/server/decisions";
import { ACTORS, contextOf } from "@/server/decisions/testing/fixtures";
import { AppError } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { getProduct, listPatterns, observeProduct } from ".";

const MINUTE = 60_000;
const NOW = Date.now();
const ago = (minutes: number) => new Date(NOW - minutes * MINUTE).toISOString();
const schema: ProductSchema = {
  product_id: "duckdb-spawn",
  domain: "test",
  duckdb_version: "v1.5.6",
  threads: 1,
  data_version: "1",
  schema_fingerprint: "1",
  tables: [],
};

/** A product whose log holds the instants (minutes ago) at which each shape was called. */
function productOf(log: Record<string, number[]>, state: { now: number; dropped: number[] }) {
  const refuse = async () => {
    throw new Error("not asked for here");
  };
  const between = (since: Date) => (at: number) =>
    NOW - at * MINUTE >= since.getTime() && at >= state.now;
  const product: DataProduct = {
    productId: schema.product_id,
    getSchema: async () => schema,
    getWorkload: async (since): Promise<Workload> => ({
      product_id: schema.product_id,
      since: since.toISOString(),
      until: ago(state.now),
      dropped_calls: state.dropped.filter(between(since)).length,
      patterns: Object.entries(log).flatMap(([name, all]) => {
        const seen = all.filter((at) => at >= state.now);
        const calls = seen.filter(between(since)).length;
        return calls === 0 ? [] : [patternOf(name, calls, Math.max(...seen), Math.min(...seen))];
      }),
    }),
    query: refuse,
    exportTable: refuse,
    execute: refuse,
    getOperation: refuse,
  };
  return product;
}

function patternOf(name: string, calls: number, first: number, last: number): WorkloadPattern {
  return {
    fingerprint: name,
    sql: `SELECT ${name}`,
    kind: "select",
    is_parsed: true,
    calls,
    mean_ms: 1,
    median_ms: 1,
    p95_ms: 1,
    first_seen: ago(first),
    last_seen: ago(last),
    parameter_samples: [["secret"]],
    latencies_ms: [1],
  };
}

/** Every `step` minutes, from so many minutes ago to so many. */
function every(step: number, from: number, to: number): number[] {
  return Array.from({ length: Math.floor((from - to) / step) }, (_, n) => from - n * step);
}

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());
beforeEach(async () => {
  await test_.db.delete(observedPatterns);
  await test_.db.delete(dataProducts);
});
const ctx = () => contextOf(test_.db, ACTORS.viewer);
const observe = (product: DataProduct) =>
  observeProduct({ ctx: ctx(), input: { product, baseUrl: "http://localhost" } });

test("shapes are listed with how their calls drift, those not called any more as well", async () => {
  const log = {
    steady: every(0.5, 120, 0),
    grown: [...every(2, 120, 14), ...every(0.2, 14, 0)],
    stopped: every(0.5, 120, 60),
    recent: every(1, 10, 0),
    seldom: [110, 5],
  };
  const state = { now: 60, dropped: [] };
  const product = productOf(log, state);
  await observe(product);
  state.now = 0;
  await observe(product);
  const listed = await listPatterns({ ctx: ctx() });
  expect(Object.fromEntries(listed.map((one) => [one.pattern.fingerprint, one.drift]))).toEqual({
    steady: "steady",
    grown: "growing",
    stopped: "fading",
    recent: "new",
    seldom: "settling",
  });
  const stopped = listed.find((one) => one.pattern.fingerprint === "stopped");
  expect(stopped).toMatchObject({ occurrence_count: 120, pattern: { calls: 120 } });
  const steady = listed.find((one) => one.pattern.fingerprint === "steady");
  expect(steady?.recent).toMatchObject({ until: new Date(NOW).toISOString() });
  // Two a minute; the window has moved on by the time that this test took.
  expect(steady?.recent?.calls).toBeGreaterThan(20);
  expect(steady?.recent?.calls).toBeLessThanOrEqual(30);
  // Silent for longer than the window: none of its calls is of the last 15 minutes.
  expect(stopped?.recent).toMatchObject({ calls: 0, until: new Date(NOW).toISOString() });
  expect(JSON.stringify(await test_.db.select().from(observedPatterns))).not.toContain("secret");
});

test("calls and dropped calls are added up once, look by look", async () => {
  const state = { now: 30, dropped: [40, 35, 20, 3, 2] };
  const product = productOf({ shape: every(1, 50.5, 0.5) }, state);
  for (const now of [30, 10, 10, 0]) {
    state.now = now;
    await observe(product);
  }
  expect(await getProduct({ ctx: ctx() })).toMatchObject({ dropped_calls: 5 });
  expect(await listPatterns({ ctx: ctx() })).toMatchObject([{ occurrence_count: 50 }]);
});

test("no more calls are shown as recent than were counted, though calls go on between two questions", async () => {
  const base = productOf({}, { now: 0, dropped: [] });
  let calls = 40;
  const product: DataProduct = {
    ...base,
    async getWorkload(since) {
      const patterns = [patternOf("shape", calls++, 10, 0)];
      return { ...(await base.getWorkload(since)), patterns };
    },
  };
  await observe(product);
  const [one] = await listPatterns({ ctx: ctx() });
  expect(one?.recent?.calls).toBe(40);
  expect(one?.occurrence_count).toBe(41);
});

test("two observers at once count a window once", async () => {
  const product = productOf({ shape: every(1, 50, 0) }, { now: 0, dropped: [7] });
  await observe(product);
  await test_.db.update(dataProducts).set({ workloadUntil: new Date(NOW - 20 * MINUTE) });
  await test_.db.update(dataProducts).set({ droppedCalls: 0 });
  await Promise.all([observe(product), observe(product), observe(product)]);
  expect(await getProduct({ ctx: ctx() })).toMatchObject({ dropped_calls: 1 });
});

test("why a product cannot be reached is told from the first contact on, until it answers", async () => {
  const product = productOf({}, { now: 0, dropped: [] });
  const refusal = new AppError("product_refused", "The data product refused: wrong audience");
  const closed: DataProduct = { ...product, getSchema: () => Promise.reject(refusal) };
  const request = { operation_type: "schema_optimization" as const, context: {} };
  const ask = () => analyze({ ctx: contextOf(test_.db, ACTORS.product), input: request });
  await expect(observe(closed)).rejects.toBe(refusal);
  expect(await getProduct({ ctx: ctx() })).toMatchObject({
    product_id: "duckdb-spawn",
    base_url: "http://localhost",
    is_reachable: false,
    last_seen_at: null,
    last_error: refusal.message,
    schema: null,
  });
  expect(await listPatterns({ ctx: ctx() })).toEqual([]);
  await expect(ask()).rejects.toMatchObject({
    code: "product_unreachable",
    message: expect.stringContaining(refusal.message),
  });
  await observe(product);
  expect(await getProduct({ ctx: ctx() })).toMatchObject({
    domain: "test",
    is_reachable: true,
    last_error: null,
  });
  await expect(observe(closed)).rejects.toBe(refusal);
  expect(await getProduct({ ctx: ctx() })).toMatchObject({
    domain: "test",
    last_error: refusal.message,
    schema,
  });
});
