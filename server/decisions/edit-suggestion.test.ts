import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, dataProducts, jobs } from "@/drizzle/schema";
import type { Actor, RequestableChange } from "@/server/contracts";
import { makeVerdict } from "@/server/contracts";
import { env } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { approveSuggestion } from "./approve-suggestion";
import { editSuggestion } from "./edit-suggestion";
import { publishAdvice } from "./publish-advice";
import { getSuggestion } from "./read-suggestions";
import { evidenceOf, queryEvidenceOf } from "./testing/evidence";
import {
  ACTORS,
  candidateOf,
  contextOf,
  emptySchema,
  indexOn,
  storeSuggestion,
} from "./testing/fixtures";

const columns = ["id", "status", "owner", "Region"].map((name) => ({
  ...{ name, type: "VARCHAR", nullable: true, default_sql: null, statistics: null },
}));
const TABLE = {
  ...{ name: "projects", row_count: 5000, estimated_bytes: 100_000, constraints: [], columns },
  indexes: [],
};
const schema = emptySchema({ product_id: env().DATA_PRODUCT_ID, tables: [TABLE] });
const rewrite = {
  ...{ kind: "rewrite_query" as const, table: "projects", rule: "top_n" as const },
  rewrites: [{ fingerprint: "f", sql: "SELECT 1" }],
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.db
    .insert(dataProducts)
    .values({ productId: schema.product_id, domain: "test", baseUrl: "http://x", schema });
});
afterAll(() => database.drop());

const ctx = (actor: Actor = ACTORS.reviewer) => contextOf(database.db, actor);
const read = (id: string) => getSuggestion({ ctx: ctx(), input: { suggestion_id: id } });
const approve = (id: string) =>
  approveSuggestion({ ctx: ctx(), input: { suggestion_id: id, reason: "" } });

/** Two indexes and a rewritten query, to be decided on. */
async function proposed() {
  const { plan } = indexOn("status");
  const candidates = [indexOn("status"), indexOn("owner"), candidateOf(rewrite, plan)];
  return storeSuggestion(database.db, {
    ...{ state: "pending", candidates, productId: schema.product_id },
    evidence: candidates.map(() => evidenceOf([queryEvidenceOf("q", 0.5)])),
  });
}

function edit(of: { id: string; itemIds: string[] }, sql: string, actor?: Actor, place = 0) {
  const input = { suggestion_id: of.id, item_id: of.itemIds[place] ?? "", sql, reason: "Better." };
  return editSuggestion({ ctx: ctx(actor), input });
}

/** Ends the test run of an edited version: it fits. */
async function complete(id: string, changes: readonly RequestableChange[]) {
  const { plan } = indexOn("status");
  const accepted = changes.map((change) => ({
    candidate: candidateOf(change, plan),
    verdict: makeVerdict("fits", ""),
    evidence: evidenceOf([queryEvidenceOf("q", 0.5)]),
  }));
  const result = { accepted, alternatives: [], set_evidence: null, sets: [], findings: [] };
  await publishAdvice({
    ctx: ctx(),
    input: { suggestionId: id, schema, note: null, isComplete: true, result },
  });
}

test("an edited change is tested with the others, linked both ways, and approved only after its test", async () => {
  const original = await proposed();
  const edited = await edit(original, 'create index whatever on Projects ("Region")');
  const { suggestion_id: id, requested } = edited;
  const changes = [
    { kind: "add_index", table: "projects", column: "Region" },
    { kind: "add_index", table: "projects", column: "owner" },
  ] as const;
  expect(edited).toMatchObject({ state: "proving", edited_from: original.id });
  expect(requested).toMatchObject({ changes, reason: "Better.", origin: { kind: "person" } });
  expect(await read(original.id)).toMatchObject({ state: "pending", edits: [id] });
  expect(await database.db.$count(jobs, eq(jobs.subjectId, id))).toBe(1);
  const told = and(
    eq(auditEvents.subjectId, original.id),
    eq(auditEvents.action, "suggestion.edit"),
  );
  const [audit] = await database.db.select().from(auditEvents).where(told);
  expect(audit).toMatchObject({ actorLabel: ACTORS.reviewer.label, after: { edited_as: id } });

  await expect(approve(id)).rejects.toMatchObject({ code: "conflict" });
  await complete(id, changes);
  expect(await approve(id)).toMatchObject({ state: "approved" });
  expect(await read(original.id)).toMatchObject({
    state: "superseded",
    superseded_by: id,
    note: `Its edited version ${id} was approved instead.`,
  });
  await expect(edit(original, "CREATE INDEX i ON projects (id)")).rejects.toMatchObject({
    code: "conflict",
  });
});

test("an approval ends what was edited on the way; one that was rejected before stays so", async () => {
  const first = await proposed();
  const second = (await edit(first, "CREATE INDEX i ON projects (id)")).suggestion_id;
  const one = { kind: "add_index", table: "projects", column: "id" } as const;
  await complete(second, [one]);
  const [item] = (await read(second)).suggestions;
  const again = { id: second, itemIds: [item?.item_id ?? ""] };
  const third = (await edit(again, 'CREATE INDEX i ON projects ("Region")')).suggestion_id;
  await complete(third, [{ ...one, column: "Region" }]);
  expect(await approve(first.id)).toMatchObject({ state: "approved" });
  await approve(third);
  const states = await Promise.all(
    [first.id, second, third].map(async (id) => (await read(id)).state),
  );
  expect(states).toEqual(["superseded", "superseded", "approved"]);
});

test.each([
  ["what DuckDB cannot parse", "CREATE INDX i ON projects (id)", "invalid_input", /syntax error/],
  ["another statement", "DROP TABLE projects", "invalid_input", /Only these changes/],
  ["a query", "SELECT * FROM projects", "invalid_input", /Only these changes/],
  ["two statements", "DROP INDEX a; DROP INDEX b", "invalid_input", /several statements/],
  ["the same change", "CREATE INDEX x ON projects (status)", "invalid_input", /same change/],
  ["a column that is none", "CREATE INDEX x ON projects (nothing)", "invalid_input", /no column/],
  ["what the others do already", "CREATE INDEX x ON projects (owner)", "not_executable", /./],
])("refuses %s with the reason", async (_, sql, code, message) => {
  await expect(edit(await proposed(), sql)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test("refuses whoever may ask for no test, and an item of another suggestion", async () => {
  const [mine, other] = [await proposed(), await proposed()];
  const sql = "CREATE INDEX i ON projects (id)";
  await expect(edit(mine, sql, ACTORS.viewer)).rejects.toMatchObject({ code: "forbidden" });
  await expect(edit({ ...mine, itemIds: other.itemIds }, sql)).rejects.toMatchObject({
    code: "invalid_input",
    details: { pointer: "/item_id" },
  });
});
