import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { agentDecisions, dataProducts, jobs, suggestions } from "@/drizzle/schema";
import { type Actor, AnalyzeRequest } from "@/server/contracts";
import { env } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { analyze } from "./analyze";
import { cancelProof } from "./cancel-proof";
import { ACTORS, contextOf, emptySchema } from "./testing/fixtures";

let database: TestDatabase;
const schema = emptySchema({ product_id: env().DATA_PRODUCT_ID });
const isOwn = eq(dataProducts.productId, schema.product_id);
beforeAll(async () => {
  database = await createTestDatabase();
  await database.db
    .insert(dataProducts)
    .values({ productId: schema.product_id, domain: "test", baseUrl: "http://x", schema });
});
beforeEach(async () => {
  await database.db.update(dataProducts).set({ schema }).where(isOwn);
  await database.db.delete(jobs);
  await database.db.delete(suggestions);
  await database.db.delete(agentDecisions);
});
afterAll(() => database.drop());

const ctx = (actor: Actor, openMax: number, allMax = 100) => {
  const context = contextOf(database.db, actor);
  return {
    ...context,
    settings: { ...context.settings, PROOFS_OPEN_PER_CALLER_MAX: openMax, PROOFS_OPEN_MAX: allMax },
  };
};

interface AnswerOptions {
  actor?: Actor;
  openMax?: number;
  allMax?: number;
}

const answerTo = (
  request: Partial<AnalyzeRequest>,
  { actor = ACTORS.product, openMax = 100, allMax = 100 }: AnswerOptions = {},
) => {
  const base = { operation_type: "schema_optimization", context: {} };
  const input = AnalyzeRequest.parse({ ...base, ...request });
  return analyze({ ctx: ctx(actor, openMax, allMax), input });
};
const ask = async (request: Partial<AnalyzeRequest>) => (await answerTo(request)).suggestion_id;

/** A question of its own for each number. */
const question = (n: number): Partial<AnalyzeRequest> => ({
  context: { query_patterns: [{ query: `SELECT ${n}`, frequency: 1 }] },
});

test("the own product is the same question whether it is named or not, and is proved once", async () => {
  const named = await ask({ product_id: env().DATA_PRODUCT_ID });
  expect(await ask({})).toBe(named);
  expect(await database.db.$count(jobs)).toBe(1);
});

test("another kind of question, or another context, is another one", async () => {
  const asked = [await ask({}), await ask({ operation_type: "query_optimization" })];
  asked.push(await ask(question(1)), await ask(question(2)));
  expect(new Set(asked).size).toBe(4);
});

test("what a proof does not read, and the order of what it does, make no other question", async () => {
  const [one, two] = [1, 2].map((n) => ({ query: `SELECT ${n}`, frequency: n }));
  if (one === undefined || two === undefined) throw new Error("two patterns");
  const first = await ask({ context: { query_patterns: [one, two] } });
  const columns = [{ name: "status", type: "VARCHAR", indexed: false }];
  const same: AnalyzeRequest["context"][] = [
    { query_patterns: [two, one] },
    { query_patterns: [{ ...two, frequency: 1 }, one, { ...two, frequency: 1 }] },
    { query_patterns: [one, two], row_count: 7 },
    { query_patterns: [one, two], current_views: [{ name: "v", sql: "SELECT 1" }] },
    { query_patterns: [one, two], current_schema: columns, budget_seconds: 5 },
  ];
  for (const context of same) {
    expect(await ask({ product_id: env().DATA_PRODUCT_ID, context })).toBe(first);
  }
  expect(await ask({ context: { query_patterns: [one] } })).not.toBe(first);
});

test("40 requests at once that differ in their time budget are one proof, and 39 are told so", async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => answerTo({ context: { budget_seconds: n + 1 } })),
  );
  expect(new Set(answers.map(({ suggestion_id }) => suggestion_id)).size).toBe(1);
  expect(await database.db.$count(jobs)).toBe(1);
  expect(await database.db.$count(agentDecisions)).toBe(1);
  const joined = answers.filter(({ is_existing }) => is_existing === true);
  expect(joined).toHaveLength(39);
  expect(joined[0]?.note).toMatch(/^The same question is being tested already: .* joined/);
});

test("a proof is joined though the data have changed meanwhile; a new schema is another question", async () => {
  const first = await ask({});
  const changed = { ...schema, data_version: "data-2" };
  await database.db.update(dataProducts).set({ schema: changed }).where(isOwn);
  expect(await answerTo({})).toMatchObject({ suggestion_id: first, is_existing: true });
  const migrated = { ...changed, schema_fingerprint: "schema-2" };
  await database.db.update(dataProducts).set({ schema: migrated }).where(isOwn);
  expect(await ask({})).not.toBe(first);
});

test("advice that nobody has decided is the answer, whatever the budget; a cancelled proof is none", async () => {
  const { suggestion_id: id } = await answerTo({});
  await database.db.update(suggestions).set({ state: "pending" }).where(eq(suggestions.id, id));
  const again = await answerTo({ context: { budget_seconds: 7 } });
  expect(again).toMatchObject({ suggestion_id: id, is_existing: true });
  expect(again.note).toMatch(/^The same question was answered already/);
  await database.db.update(suggestions).set({ state: "cancelled" }).where(eq(suggestions.id, id));
  const fresh = await answerTo({});
  expect(fresh.suggestion_id).not.toBe(id);
  expect(fresh).not.toHaveProperty("is_existing");
});

test("a caller has so many open proofs; joining one, and other callers, are free", async () => {
  const limited = { openMax: 2 };
  const first = await answerTo(question(1), limited);
  await answerTo(question(2), limited);
  const counts = () =>
    Promise.all([suggestions, jobs, agentDecisions].map((table) => database.db.$count(table)));
  const before = await counts();
  await expect(answerTo(question(3), limited)).rejects.toMatchObject({
    code: "rate_limited",
    details: { limit: 2, retry_after_seconds: env().PROOF_SECONDS_MAX },
  });
  expect(await counts()).toEqual(before);
  expect(await answerTo(question(2), limited)).toMatchObject({ is_existing: true });
  await answerTo(question(3), { ...limited, actor: ACTORS.reviewer });
  const input = { suggestion_id: first.suggestion_id };
  await cancelProof({ ctx: contextOf(database.db, ACTORS.product), input });
  await answerTo(question(4), limited);
});

test("all callers together have so many open proofs; what the sidecar asks by itself is never refused", async () => {
  const full = { allMax: 2 };
  await answerTo(question(1), full);
  await answerTo(question(2), { ...full, actor: ACTORS.reviewer });
  await expect(answerTo(question(3), full)).rejects.toMatchObject({
    code: "overloaded",
    details: { limit: 2 },
  });
  const actor: Actor = { kind: "system", id: "observer", label: "observer", roles: ["admin"] };
  await answerTo(question(3), { ...full, actor });
  expect(await database.db.$count(jobs)).toBe(3);
});

test("of many requests at once no more are taken than the caller may have", async () => {
  const settled = await Promise.allSettled(
    Array.from({ length: 8 }, (_, n) => answerTo(question(n), { openMax: 3 })),
  );
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  expect(await database.db.$count(jobs)).toBe(3);
});

test("what the sidecar asks by itself is not counted", async () => {
  const actor: Actor = { kind: "system", id: "observer", label: "observer", roles: ["admin"] };
  for (const n of [1, 2, 3]) await answerTo(question(n), { actor, openMax: 1 });
  expect(await database.db.$count(jobs)).toBe(3);
});
