import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, dataProducts, jobs, proofEvents, suggestions } from "@/drizzle/schema";
import { type Actor, AnalyzeRequest, type SuggestionState } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { env } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { analyze } from "./analyze";
import { cancelProof } from "./cancel-proof";
import { resumeSearches } from "./continue-proof";
import { publishAdvice } from "./publish-advice";
import { runProof } from "./run-proof";
import { ACTORS, contextOf, emptySchema, indexOn, storeSuggestion } from "./testing/fixtures";
import { watchProof } from "./watch-proof";

let database: TestDatabase;
const schema = emptySchema({ product_id: env().DATA_PRODUCT_ID });
beforeAll(async () => {
  database = await createTestDatabase();
  await database.db
    .insert(dataProducts)
    .values({ productId: schema.product_id, domain: "test", baseUrl: "http://x", schema });
});
afterAll(() => database.drop());

const ctx = (actor: Actor = ACTORS.reviewer) => contextOf(database.db, actor);
const cancel = (id: string, actor?: Actor) =>
  cancelProof({ ctx: ctx(actor), input: { suggestion_id: id } });
const queued = (id: string) => database.db.$count(jobs, eq(jobs.subjectId, id));
const audit = (id: string, action: string) =>
  database.db
    .select()
    .from(auditEvents)
    .where(and(eq(auditEvents.subjectId, id), eq(auditEvents.action, action)));

let questions = 0;
async function asked(): Promise<string> {
  questions += 1;
  const query_patterns = [{ query: `SELECT ${questions}`, frequency: 1 }];
  const base = { operation_type: "schema_optimization", context: { query_patterns } };
  const settings = { ...ctx().settings, PROOFS_OPEN_PER_CALLER_MAX: 100 };
  const input = AnalyzeRequest.parse(base);
  return (await analyze({ ctx: { ...ctx(), settings }, input })).suggestion_id;
}

/** Advice that is published while the search for better advice goes on. */
async function searching(): Promise<string> {
  const { id } = await storeSuggestion(database.db, {
    state: "pending",
    candidates: [indexOn("status")],
  });
  await database.db.update(suggestions).set({ isSearching: true }).where(eq(suggestions.id, id));
  return id;
}

test("a queued proof is withdrawn with its job, and the audit trail says who did it", async () => {
  const id = await asked();
  expect(await queued(id)).toBe(1);
  expect(await cancel(id)).toMatchObject({ state: "cancelled", requires_approval: false });
  expect(await queued(id)).toBe(0);
  expect(await audit(id, "suggestion.cancel")).toMatchObject([
    { actorId: "u-1", before: { state: "proving" }, after: { state: "cancelled" } },
  ]);
});

test("of two at once one cancels and the other gets a typed conflict", async () => {
  const id = await asked();
  const settled = await Promise.allSettled([cancel(id), cancel(id)]);
  const lost = settled.filter((each) => each.status === "rejected");
  expect(lost.map(({ reason }) => reason)).toMatchObject([
    { code: "conflict", details: { state: "cancelled" } },
  ]);
  expect(await audit(id, "suggestion.cancel")).toHaveLength(1);
});

test("a proof that ends at the same moment is either cancelled or published, never both", async () => {
  const id = await asked();
  const result = { accepted: [], alternatives: [], set_evidence: null, sets: [], findings: [] };
  const input = { suggestionId: id, schema, result, isComplete: true, note: null };
  const [cancelled] = await Promise.allSettled([cancel(id), publishAdvice({ ctx: ctx(), input })]);
  const [row] = await database.db.select().from(suggestions).where(eq(suggestions.id, id));
  expect(row?.state).toBe(cancelled.status === "fulfilled" ? "cancelled" : "no_gain");
});

test("who may not ask may not cancel, and a product only what is about it", async () => {
  const id = await asked();
  await expect(cancel(id, ACTORS.viewer)).rejects.toMatchObject({ code: "forbidden" });
  const stranger = { ...ACTORS.product, id: "other", label: "other" };
  await expect(cancel(id, stranger)).rejects.toMatchObject({ code: "not_found" });
  expect(await queued(id)).toBe(1);
  expect(await cancel(id, ACTORS.product)).toMatchObject({ state: "cancelled" });
});

test.each<SuggestionState>(["pending", "no_gain", "approved", "cancelled", "verified"])(
  "nothing is to be cancelled of a suggestion that is %s",
  async (state) => {
    const { id } = await storeSuggestion(database.db, { state });
    await expect(cancel(id)).rejects.toMatchObject({ code: "conflict", details: { state } });
    await expect(cancel("sugg-000000000000")).rejects.toMatchObject({ code: "not_found" });
  },
);

test("cancelling the search keeps the advice, and nothing takes it up again", async () => {
  const id = await searching();
  await resumeSearches({ ctx: ctx() });
  expect(await queued(id)).toBe(1);
  expect(await cancel(id)).toMatchObject({ state: "pending", search: { is_running: false } });
  expect(await audit(id, "suggestion.cancel_search")).toMatchObject([{ actorId: "u-1" }]);
  await resumeSearches({ ctx: ctx() });
  expect(await queued(id)).toBe(0);
  await expect(cancel(id)).rejects.toMatchObject({ code: "conflict" });
});

/** A product whose first answer never comes: it ends with the signal alone. Tells that it was asked. */
function silentProduct(productId: string, onAsked: () => void): DataProduct {
  const never = (signal: AbortSignal | undefined) =>
    new Promise<never>((_, reject) => {
      onAsked();
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  const refuse = () => Promise.reject(new Error("not asked for here"));
  return {
    productId,
    getSchema: never,
    getWorkload: (_since, signal) => never(signal),
    query: refuse,
    exportTable: refuse,
    execute: refuse,
    getOperation: refuse,
  };
}

test("a running proof stops soon after it was cancelled, without an error, and its log says so", async () => {
  const id = await asked();
  let onAsked = () => {};
  const isAsked = new Promise<void>((resolve) => {
    onAsked = resolve;
  });
  const running = runProof({
    ctx: ctx(),
    input: {
      suggestionId: id,
      product: silentProduct(schema.product_id, onAsked),
      dirs: { cacheDir: "/nonexistent", workDir: "/nonexistent" },
      isBusy: () => Promise.resolve(false),
      signal: new AbortController().signal,
    },
  });
  await isAsked;
  await cancel(id);
  const started = performance.now();
  await running;
  expect(performance.now() - started).toBeLessThan(5000);
  const log = await database.db.select().from(proofEvents).where(eq(proofEvents.suggestionId, id));
  expect(log.map(({ event }) => event)).toMatchObject([
    { kind: "stopped", reason: "Somebody cancelled it." },
  ]);
});

test("a watch ends with a cancelled search, not with a decision, and not after it was stopped", async () => {
  const watch = (suggestionId: string) => {
    const { signal } = new AbortController();
    return watchProof({ ctx: ctx(), input: { suggestionId, signal }, lookMs: 5 });
  };
  const settled = (ms = 60) => new Promise((resolve) => setTimeout(resolve, ms));
  const [cancelled, decided, stopped] = [await searching(), await searching(), await searching()];
  const watches = [watch(cancelled), watch(decided), watch(stopped)];
  watches[2]?.stop();
  await database.db
    .update(suggestions)
    .set({ state: "approved" })
    .where(eq(suggestions.id, decided));
  await Promise.all([cancel(cancelled), cancel(stopped)]);
  await expect.poll(() => watches[0]?.isCancelled()).toBe(true);
  await settled();
  expect(watches.map((each) => each.isCancelled())).toEqual([true, false, false]);
  for (const each of watches) each.stop();
});
