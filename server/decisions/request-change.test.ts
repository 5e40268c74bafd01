import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  agentDecisions,
  auditEvents,
  dataProducts,
  jobs,
  reviews,
  suggestionItems,
  suggestions,
} from "@/drizzle/schema";
import type { Actor, AddColumnChange, ChangeOrigin, RequestableChange } from "@/server/contracts";
import { makeVerdict } from "@/server/contracts";
import { env } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { approveSuggestion } from "./approve-suggestion";
import { publishAdvice } from "./publish-advice";
import { getSuggestion, listSuggestions } from "./read-suggestions";
import { requestChange } from "./request-change";
import { evidenceOf, queryEvidenceOf } from "./testing/evidence";
import { ACTORS, candidateOf, contextOf, emptySchema } from "./testing/fixtures";

const TABLE = {
  ...{ name: "projects", row_count: 5000, estimated_bytes: 100_000, indexes: [], constraints: [] },
  columns: ["id", "status"].map((name) => ({
    ...{ name, type: "VARCHAR", nullable: true, default_sql: null, statistics: null },
  })),
};
const schema = emptySchema({ product_id: env().DATA_PRODUCT_ID, tables: [TABLE] });

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.db
    .insert(dataProducts)
    .values({ productId: schema.product_id, domain: "test", baseUrl: "http://x", schema });
});
beforeEach(async () => {
  await database.db.delete(jobs);
  await database.db.delete(reviews);
  await database.db.delete(suggestionItems);
  await database.db.delete(suggestions);
  await database.db.delete(agentDecisions);
});
afterAll(() => database.drop());

const add = (change: Partial<AddColumnChange> = {}): AddColumnChange => ({
  ...{ kind: "add_column", table: "projects", column: "risk_id", type: "VARCHAR" },
  ...{ default: null, is_required: false, references: null },
  ...change,
});

function ask(
  changes: RequestableChange[],
  {
    actor = ACTORS.reviewer,
    reason = "Risk reports need it.",
    origin,
  }: {
    actor?: Actor;
    reason?: string;
    origin?: ChangeOrigin;
  } = {},
) {
  const ctx = contextOf(database.db, actor);
  const input = { changes, reason, ...(origin ? { origin } : {}) };
  return requestChange({ ctx, input });
}

test("a requested change is tested once: a suggestion, its job, and who asked and why", async () => {
  const asked = await ask([add({ type: "varchar" })]);
  expect(asked).toMatchObject({
    state: "proving",
    product_id: schema.product_id,
    requested: {
      changes: [{ column: "risk_id", type: "VARCHAR" }],
      reason: "Risk reports need it.",
      origin: { kind: "person" },
    },
    note: expect.stringContaining("requested changes are being tested"),
  });
  expect(await database.db.select().from(jobs)).toMatchObject([
    { kind: "prove", subjectId: asked.suggestion_id },
  ]);
  const [opened] = await database.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, asked.suggestion_id));
  expect(opened).toMatchObject({
    action: "suggestion.open",
    after: { origin: { kind: "person" }, reason: "Risk reports need it." },
  });
  const listed = await listSuggestions({
    ctx: contextOf(database.db, ACTORS.viewer),
    input: { limit: 10 },
  });
  expect(listed.items).toMatchObject([
    { is_requested: true, title: "Add column `projects.risk_id` (VARCHAR)" },
  ]);
});

test("the same changes are one test, whoever asks and why; other changes are another", async () => {
  const first = await ask([add()]);
  const origin = { kind: "cooperation", conversation_id: "conversation-1" } as const;
  const again = await ask([add()], { actor: ACTORS.product, reason: "Other.", origin });
  expect(again).toMatchObject({ suggestion_id: first.suggestion_id, is_existing: true });
  const other = await ask([add({ default: "low" })], { origin });
  expect(other.suggestion_id).not.toBe(first.suggestion_id);
  expect(other.requested?.origin).toEqual(origin);
  const byProgram = await ask([add({ column: "x" })], { actor: ACTORS.product });
  expect(byProgram.requested?.origin).toEqual({ kind: "api" });
});

test.each<[string, Partial<AddColumnChange>, object]>([
  [
    "a type that is none",
    { type: "VARCHR(" },
    { code: "invalid_input", details: { pointer: "/changes/0/type" } },
  ],
  [
    "a type with SQL behind it",
    { type: "INTEGER; DROP TABLE projects" },
    { code: "invalid_input" },
  ],
  [
    "a name with a quote",
    { column: 'a"b' },
    { code: "invalid_input", details: { pointer: "/changes/0/column" } },
  ],
  [
    "a default of another type",
    { type: "DATE", default: "soon" },
    { code: "invalid_input", details: { pointer: "/changes/0/default" } },
  ],
  ["a default that would be rounded", { type: "INTEGER", default: 1.5 }, { code: "invalid_input" }],
  ["a name that is taken", { column: "STATUS" }, { code: "not_executable" }],
  ["an unknown table", { table: "nothing" }, { code: "not_executable" }],
])("refuses %s, and stores nothing", async (_, change, error) => {
  await expect(ask([add(change)])).rejects.toMatchObject(error);
  expect(await database.db.$count(suggestions)).toBe(0);
});

test("refuses a summary whose new text is more than a query", async () => {
  const summary: RequestableChange = {
    ...{ kind: "materialize_summary", table: "projects", name: "summary_projects" },
    keys: [{ name: "status", column: "status", unit: null }],
    measures: [{ name: "n", aggregate: "count", column: null }],
    rewrites: [{ fingerprint: "f", sql: "DROP TABLE projects" }],
  };
  await expect(ask([summary])).rejects.toMatchObject({
    code: "invalid_input",
    details: { pointer: "/changes/0/rewrites/0/sql" },
  });
});

test("who may not ask for a test is refused, as is a product that is not known", async () => {
  await expect(ask([add()], { actor: ACTORS.viewer })).rejects.toMatchObject({ code: "forbidden" });
  const ctx = contextOf(database.db, ACTORS.reviewer);
  const input = { product_id: "unknown", changes: [add()], reason: "" };
  await expect(requestChange({ ctx, input })).rejects.toMatchObject({ code: "not_found" });
});

/** What a test of two columns came to. */
async function tested(code: "fits" | "violates_data") {
  const changes = [add(), add({ column: "checked_on", type: "DATE" })];
  const { suggestion_id: id } = await ask(changes);
  const plan = { statements: ["SELECT 1;"], revert_statements: [], cleanup_statements: [] };
  const evidence = evidenceOf([queryEvidenceOf("q", 0, { is_targeted: false })]);
  const proved = changes.map((change) => ({
    candidate: {
      ...candidateOf(change, { ...plan, is_reversible: true }),
      candidate_id: `add_column:projects:${change.column}`,
    },
    verdict: makeVerdict(code, "3 rows would be without a value."),
    evidence: code === "fits" ? evidence : null,
  }));
  const nothing = { set_evidence: null, sets: [], findings: [] };
  const ctx = contextOf(database.db, ACTORS.reviewer);
  const isFit = code === "fits";
  await publishAdvice({
    ctx,
    input: {
      ...{ suggestionId: id, schema, note: null, isComplete: true },
      result: {
        ...nothing,
        accepted: isFit ? proved : [],
        alternatives: isFit ? [] : proved,
      },
    },
  });
  return { ctx, suggestion: await getSuggestion({ ctx, input: { suggestion_id: id } }) };
}

test("what fits waits for a reviewer, as one: no gain is expected, and none of it is approved alone", async () => {
  const { ctx, suggestion } = await tested("fits");
  expect(suggestion).toMatchObject({ state: "pending", note: expect.stringContaining("They fit") });
  const [item] = suggestion.suggestions;
  expect(item?.estimated_impact.note).toMatch(/^No gain is expected\. Nothing measured got slower/);
  expect(item?.explanation?.text).toContain("breaks nothing that was measured");
  const some = { suggestion_id: suggestion.suggestion_id, item_ids: [item?.item_id ?? ""] };
  await expect(approveSuggestion({ ctx, input: { ...some, reason: "" } })).rejects.toMatchObject({
    code: "invalid_input",
    message: expect.stringContaining("tested together"),
  });
  const all = { suggestion_id: suggestion.suggestion_id, reason: "" };
  expect(await approveSuggestion({ ctx, input: all })).toMatchObject({ state: "approved" });
});

test("what does not fit ends with its reasons, and cannot be approved", async () => {
  const { ctx, suggestion } = await tested("violates_data");
  expect(suggestion).toMatchObject({
    state: "no_gain",
    note: expect.stringContaining("do not fit"),
  });
  expect(suggestion.alternatives.map(({ verdict }) => verdict?.reason)).toEqual([
    "3 rows would be without a value.",
    "3 rows would be without a value.",
  ]);
  const all = { suggestion_id: suggestion.suggestion_id, reason: "" };
  await expect(approveSuggestion({ ctx, input: all })).rejects.toMatchObject({ code: "conflict" });
});
