import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditEvents, dataProducts, suggestions } from "@/drizzle/schema";
import type {
  Actor,
  AnalyzeRequest,
  ProofContext,
  SuggestionState,
  WorkloadPattern,
} from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { getProduct, mixOf } from "@/server/knowledge";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { analyze } from "./analyze";
import { analyzeWhenDue, whyDue } from "./analyze-when-due";
import { ACTORS, contextOf, emptySchema, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

let products = 0;

/** Is an analysis due of a product of which one suggestion ended so many hours ago? */
async function isDueAfter(
  state: SuggestionState,
  hours: number,
  { context = {}, of = "schema-1" }: { context?: ProofContext; of?: string } = {},
): Promise<boolean> {
  const productId = `p-${++products}`;
  const at = new Date(Date.now() - hours * 3_600_000);
  const { id } = await storeSuggestion(database.db, {
    state,
    productId,
    context,
    schemaFingerprint: of,
  });
  await database.db
    .update(suggestions)
    .set({ createdAt: at, updatedAt: at })
    .where(eq(suggestions.id, id));
  const schema = emptySchema({ product_id: productId });
  const { why } = await whyDue({ ctx: contextOf(database.db, ACTORS.viewer), input: schema });
  return why !== "not_due";
}

test.each<SuggestionState>(["no_gain", "rejected", "expired", "cancelled"])(
  "an analysis that ended as %s is not asked for again within a day, unless the schema changed",
  async (state) => {
    expect(await isDueAfter(state, 23)).toBe(false);
    expect(await isDueAfter(state, 25)).toBe(true);
    expect(await isDueAfter(state, 23, { of: "schema-0" })).toBe(true);
  },
);

test("one that failed is asked for again after an hour, not at once", async () => {
  expect(await isDueAfter("failed", 0.9)).toBe(false);
  expect(await isDueAfter("failed", 1.1)).toBe(true);
});

test.each<[string, AnalyzeRequest["context"]]>([
  ["one table", { table_name: "projects" }],
  ["a shorter time", { budget_seconds: 10 }],
  ["queries of the caller's", { query_patterns: [{ query: "SELECT 1", frequency: 1 }] }],
])("a request for %s is no analysis of all", async (_, context) => {
  expect(await isDueAfter("no_gain", 0.1, { context })).toBe(true);
  expect(await isDueAfter("failed", 0.1, { context })).toBe(true);
});

test("what is open holds up the next analysis, whatever it is about, but for a requested change that waits", async () => {
  expect(await isDueAfter("proving", 0, { context: { table_name: "projects" } })).toBe(false);
  expect(await isDueAfter("pending", 100)).toBe(false);
  // What somebody asked to have tested says nothing of the workload.
  const requested = { changes: [], reason: "", origin: { kind: "person" as const } };
  expect(await isDueAfter("pending", 100, { context: { requested } })).toBe(true);
});

const OBSERVER: Actor = { kind: "system", id: "observer", label: "observer", roles: ["admin"] };

/** `calls` of each shape, all equally slow unless told. */
function patternsOf(calls: Record<string, number>, meanMs: Record<string, number> = {}) {
  const at = new Date().toISOString();
  return Object.entries(calls).map(
    ([fingerprint, count]): WorkloadPattern => ({
      ...{ fingerprint, sql: `SELECT ${fingerprint}`, kind: "select", is_parsed: true },
      ...{ calls: count, mean_ms: meanMs[fingerprint] ?? 1, median_ms: 1, p95_ms: 1 },
      ...{ first_seen: at, last_seen: at },
    }),
  );
}

/** A product of its own that is observed with whatever workload it is given. */
async function observed() {
  const productId = `p-${++products}`;
  const schema = emptySchema({ product_id: productId });
  await database.db
    .insert(dataProducts)
    .values({ productId, domain: "test", baseUrl: "http://x", schema });
  const refuse = () => Promise.reject(new Error("not asked for here"));
  const at = new Date().toISOString();
  let patterns: WorkloadPattern[] = [];
  const product: DataProduct = {
    productId,
    getSchema: () => Promise.resolve(schema),
    getWorkload: () =>
      Promise.resolve({ product_id: productId, since: at, until: at, patterns, dropped_calls: 0 }),
    query: refuse,
    exportTable: refuse,
    execute: refuse,
    getOperation: refuse,
  };
  const base = contextOf(database.db, OBSERVER);
  const ctx = { ...base, settings: { ...base.settings, DATA_PRODUCT_ID: productId } };
  return {
    productId,
    ctx,
    look(calls: Record<string, number>, meanMs: Record<string, number> = {}) {
      patterns = patternsOf(calls, meanMs);
      return analyzeWhenDue({ ctx, input: { product, schema } });
    },
    gathering: async () => (await getProduct({ ctx }))?.gathering,
    /** The last proof of the whole product, so many minutes ago, on this workload. */
    async proved(
      calls: Record<string, number>,
      minutes: number,
      state: SuggestionState = "pending",
    ) {
      const { id } = await storeSuggestion(database.db, { state, productId, context: {} });
      const createdAt = new Date(Date.now() - minutes * 60_000);
      const workloadMix = mixOf(patternsOf(calls));
      await database.db
        .update(suggestions)
        .set({ createdAt, updatedAt: createdAt, workloadMix })
        .where(eq(suggestions.id, id));
      return id;
    },
    state: async (id: string) =>
      (await database.db.select().from(suggestions).where(eq(suggestions.id, id)))[0]?.state,
  };
}

describe("the first analysis", () => {
  test("waits until the workload is enough, and says how far it is and what is missing", async () => {
    const product = await observed();
    expect(await product.look({})).toBeNull();
    expect(await product.look({ a: 10, b: 10 })).toBeNull();
    expect(await product.gathering()).toEqual({
      is_enough: false,
      share: 0.5,
      missing: [
        "20 more queries (20 of 40 so far)",
        "a later observation to compare the mix of queries with",
      ],
    });
    const id = await product.look({ a: 25, b: 20 });
    expect(id).toMatch(/^sugg-/);
    expect(await product.state(id ?? "")).toBe("proving");
    expect(await product.gathering()).toBeNull();
    expect(await product.look({ a: 50, b: 40 })).toBeNull();
  });

  test("does not start on many calls of a mix that still changes", async () => {
    const product = await observed();
    await product.look({ a: 40 });
    expect(await product.look({ a: 40, b: 40 })).toBeNull();
    expect((await product.gathering())?.missing).toEqual([
      "a steady mix of queries: 50% of the time moved to other queries between two observations, and 15% is allowed",
    ]);
    expect(await product.look({ a: 60, b: 60 })).toMatch(/^sugg-/);
  });

  test("does not start while most of the time is in queries that came once", async () => {
    const product = await observed();
    const slow = { once: 500 };
    await product.look({ a: 40, once: 1 }, slow);
    expect(await product.look({ a: 80, once: 1 }, slow)).toBeNull();
    expect((await product.gathering())?.missing).toEqual([
      expect.stringMatching(/^queries called at least twice take 14% of the time/),
    ]);
  });

  test("is started by a person at any time; then none waits any more", async () => {
    const product = await observed();
    await product.look({ a: 3 });
    expect(await product.gathering()).toMatchObject({ is_enough: false });
    const input = { operation_type: "schema_optimization" as const, context: {} };
    const ctx = { ...product.ctx, actor: ACTORS.reviewer };
    expect(await analyze({ ctx, input })).toMatchObject({ state: "proving" });
    expect(await product.look({ a: 4 })).toBeNull();
    expect(await product.gathering()).toBeNull();
  });
});

describe("a product that was analyzed", () => {
  const before = { a: 60, b: 40 };

  test("is measured again when its workload has moved, and the audit trail says how far", async () => {
    const product = await observed();
    const old = await product.proved(before, 90);
    const id = await product.look({ a: 900, c: 600 });
    expect(id).toMatch(/^sugg-/);
    expect(id).not.toBe(old);
    expect(await product.state(id ?? "")).toBe("proving");
    const [event] = await database.db
      .select()
      .from(auditEvents)
      .where(
        and(
          eq(auditEvents.subjectId, product.productId),
          eq(auditEvents.action, "product.workload_moved"),
        ),
      );
    expect(event?.after).toMatchObject({ distance: 0.4, limit: 0.3, since: old });
    // Whoever asks now gets the new proof, not the old advice.
    const ctx = { ...product.ctx, actor: ACTORS.reviewer };
    const input = { operation_type: "schema_optimization" as const, context: {} };
    expect(await analyze({ ctx, input })).toMatchObject({ suggestion_id: id, is_existing: true });
  });

  test("stays as it is while its workload has not moved far", async () => {
    const product = await observed();
    await product.proved(before, 90);
    expect(await product.look({ a: 1000, b: 400, c: 100 })).toBeNull();
    expect(await product.gathering()).toBeNull();
  });

  test.each<[string, number, SuggestionState]>([
    ["was proved a moment ago", 30, "pending"],
    ["has a proof under way", 90, "proving"],
    ["had its last proof cancelled", 90, "cancelled"],
  ])("is left alone where it %s", async (_, minutes, state) => {
    const product = await observed();
    await product.proved(before, 600, "superseded");
    await product.proved(before, minutes, state);
    expect(await product.look({ a: 900, c: 600 })).toBeNull();
  });

  test("is not measured again on a few calls of another kind", async () => {
    const product = await observed();
    await product.proved(before, 90);
    expect(await product.look({ c: 5 })).toBeNull();
  });
});
