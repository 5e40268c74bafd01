import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agentDecisions, auditEvents, reviews, suggestions } from "@/drizzle/schema";
import type { Actor, Change, Plan, ProductSchema } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import {
  approveSuggestion,
  expireSuggestions,
  getSuggestion,
  listSuggestions,
  rejectSuggestion,
  supersedeBySchemaChange,
} from ".";
import { whyDue } from "./analyze-when-due";
import { evidenceOf, queryEvidenceOf } from "./testing/evidence";
import { ACTORS, candidateOf, contextOf, storeSuggestion } from "./testing/fixtures";

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());

const plan: Plan = {
  statements: ["SELECT 1;"],
  revert_statements: ["SELECT 2;"],
  cleanup_statements: [],
  is_reversible: true,
};
const change: Change = { kind: "add_index", table: "projects", column: "project_name" };
const other: Change = { kind: "cluster_table", table: "projects", keys: ["creation_date"] };
const as = (actor: Actor) => contextOf(test_.db, actor);
const pending = () =>
  storeSuggestion(test_.db, {
    state: "pending",
    candidates: [candidateOf(change, plan), candidateOf(other, plan)],
  });
const auditOf = (id: string) =>
  test_.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));

test("an approval stores state, decision, review and audit row together", async () => {
  const { id, itemIds } = await pending();
  const approved = await approveSuggestion({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id, reason: "measured well", item_ids: itemIds.slice(0, 1) },
  });
  expect(approved.state).toBe("approved");
  expect(approved.suggestions.map((item) => item.is_approved)).toEqual([true, false]);
  expect(approved.reviews).toMatchObject([{ reviewer: "reviewer@test", verdict: "approved" }]);
  const [row] = await test_.db
    .select({ approved: agentDecisions.approved })
    .from(agentDecisions)
    .innerJoin(suggestions, eq(suggestions.decisionId, agentDecisions.decisionId))
    .where(eq(suggestions.id, id));
  expect(row?.approved).toBe(true);
  expect(await auditOf(id)).toMatchObject([
    { action: "suggestion.approve", actorLabel: "reviewer@test", after: { state: "approved" } },
  ]);
});

describe("what replayed too little of the workload", () => {
  const measured = (coverage: number, candidates = [candidateOf(change, plan)]) => {
    const evidence = evidenceOf([queryEvidenceOf("a", 0.5)]);
    const part = { ...evidence, workload: { ...evidence.workload, coverage } };
    return storeSuggestion(test_.db, {
      state: "pending",
      candidates,
      evidence: candidates.map(() => part),
    });
  };
  const approve = (id: string, acknowledges_coverage?: boolean) =>
    approveSuggestion({
      ctx: as(ACTORS.reviewer),
      input: { suggestion_id: id, reason: "", acknowledges_coverage },
    });

  test("is approved only by a person who acknowledges it, and the audit trail says so", async () => {
    const { id } = await measured(0.38);
    const seen = await getSuggestion({ ctx: as(ACTORS.reviewer), input: { suggestion_id: id } });
    expect(seen.coverage).toEqual({ share: 0.38, required: 0.8, is_too_low: true });
    for (const said of [undefined, false]) {
      await expect(approve(id, said)).rejects.toMatchObject({
        code: "coverage_too_low",
        details: { coverage: 0.38, required: 0.8 },
      });
    }
    const state = { state: "pending", suggestions: [{ is_approved: null }] };
    const after = await getSuggestion({ ctx: as(ACTORS.reviewer), input: { suggestion_id: id } });
    expect(after).toMatchObject(state);
    expect(await auditOf(id)).toEqual([]);
    expect((await approve(id, true)).state).toBe("approved");
    expect(await auditOf(id)).toMatchObject([
      { action: "suggestion.approve" },
      {
        action: "suggestion.acknowledge_coverage",
        actorLabel: "reviewer@test",
        after: { coverage: 0.38, required: 0.8 },
      },
    ]);
  });

  test("needs no word where enough was replayed, or where it does not say", async () => {
    const { id } = await measured(0.8);
    expect((await approve(id)).state).toBe("approved");
    expect((await auditOf(id)).map(({ action }) => action)).toEqual(["suggestion.approve"]);
    const older = await storeSuggestion(test_.db, {
      state: "pending",
      candidates: [candidateOf(change, plan)],
      evidence: [evidenceOf([queryEvidenceOf("a", 0.5)])],
    });
    expect((await approve(older.id)).state).toBe("approved");
  });

  test("needs no word for advice, which the sidecar does not execute", async () => {
    const advice: Change = {
      kind: "rewrite_query",
      table: "projects",
      rule: "top_n",
      rewrites: [{ fingerprint: "a", sql: "SELECT 1" }],
    };
    const { id } = await measured(0.1, [candidateOf(advice, plan)]);
    expect((await approve(id)).state).toBe("approved");
  });
});

test("a rejection keeps its reason", async () => {
  const { id } = await pending();
  const rejected = await rejectSuggestion({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id, reason: "not this week" },
  });
  expect(rejected.state).toBe("rejected");
  expect(rejected.reviews).toMatchObject([{ verdict: "rejected", reason: "not this week" }]);
});

test("a named reason needs no words; without either nothing is rejected", async () => {
  const { id } = await pending();
  const reject = (input: object) =>
    rejectSuggestion({ ctx: as(ACTORS.reviewer), input: { suggestion_id: id, ...input } });
  await expect(reject({ reason: "" })).rejects.toMatchObject({ code: "invalid_input" });
  const { reviews: given } = await reject({ reason_code: "weak_evidence", reason: "three pairs" });
  expect(given).toMatchObject([{ reason: "The evidence does not convince: three pairs" }]);
  const [row] = await test_.db.select().from(reviews).where(eq(reviews.suggestionId, id));
  expect(row?.reasonCode).toBe("weak_evidence");
});

test.each([
  ["a viewer", ACTORS.viewer],
  ["a data product", ACTORS.product],
  [
    "a machine that claims every role",
    { ...ACTORS.product, roles: ["reviewer", "admin"] as const },
  ],
])("%s can neither approve nor reject, and nothing changes", async (_who, actor) => {
  const { id } = await pending();
  const ctx = as({ ...actor, roles: [...actor.roles] } as Actor);
  await expect(
    approveSuggestion({ ctx, input: { suggestion_id: id, reason: "" } }),
  ).rejects.toMatchObject({ code: "forbidden" });
  await expect(
    rejectSuggestion({ ctx, input: { suggestion_id: id, reason: "no" } }),
  ).rejects.toMatchObject({ code: "forbidden" });
  expect(await auditOf(id)).toEqual([]);
});

test("of simultaneous decisions one wins and the others get a typed conflict", async () => {
  const { id } = await pending();
  const input = { suggestion_id: id, reason: "race" };
  const settled = await Promise.allSettled([
    approveSuggestion({ ctx: as(ACTORS.reviewer), input }),
    approveSuggestion({ ctx: as(ACTORS.second), input }),
    rejectSuggestion({ ctx: as(ACTORS.second), input }),
  ]);
  const lost = settled.filter((one) => one.status === "rejected");
  expect(lost).toHaveLength(2);
  for (const one of lost) expect(one.reason).toMatchObject({ code: "conflict" });
  expect(await auditOf(id)).toHaveLength(1);
  expect(await test_.db.$count(reviews, eq(reviews.suggestionId, id))).toBe(1);
});

test("an item of another suggestion is refused and the state is untouched", async () => {
  const [one, two] = [await pending(), await pending()];
  await expect(
    approveSuggestion({
      ctx: as(ACTORS.reviewer),
      input: { suggestion_id: one.id, reason: "", item_ids: two.itemIds },
    }),
  ).rejects.toMatchObject({ code: "invalid_input" });
  const after = await getSuggestion({ ctx: as(ACTORS.viewer), input: { suggestion_id: one.id } });
  expect(after.state).toBe("pending");
  expect(after.suggestions.every((item) => item.is_approved === null)).toBe(true);
});

test("what nobody decides in time expires; what is not due does not", async () => {
  const past = new Date(Date.now() - 1000);
  const due = await storeSuggestion(test_.db, { state: "pending", expiresAt: past });
  const early = await storeSuggestion(test_.db, {
    state: "pending",
    expiresAt: new Date(Date.now() + 60_000),
  });
  await expireSuggestions({ ctx: as(ACTORS.reviewer) });
  const stateOf = async (id: string) =>
    (await getSuggestion({ ctx: as(ACTORS.viewer), input: { suggestion_id: id } })).state;
  expect(await stateOf(due.id)).toBe("expired");
  expect(await stateOf(early.id)).toBe("pending");
});

test("a changed schema supersedes what was proved for the old one", async () => {
  const stale = await storeSuggestion(test_.db, {
    state: "approved",
    productId: "p-1",
    schemaFingerprint: "old",
  });
  const fresh = await storeSuggestion(test_.db, {
    state: "pending",
    productId: "p-1",
    schemaFingerprint: "new",
  });
  await supersedeBySchemaChange({
    ctx: as(ACTORS.reviewer),
    input: { productId: "p-1", schemaFingerprint: "new" },
  });
  const read = (id: string) =>
    getSuggestion({ ctx: as(ACTORS.viewer), input: { suggestion_id: id } });
  expect(await read(stale.id)).toMatchObject({
    state: "superseded",
    superseded_by: null,
    note: expect.stringMatching(/^The schema changed after the proof/),
  });
  expect((await read(fresh.id)).state).toBe("pending");
});

test("lists page through everything once, newest first, filtered by state", async () => {
  const made: string[] = [];
  for (let i = 0; i < 5; i++) {
    made.unshift((await storeSuggestion(test_.db, { state: "no_gain" })).id);
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listSuggestions({
      ctx: as(ACTORS.viewer),
      input: { state: ["no_gain"], limit: 2, ...(cursor ? { cursor } : {}) },
    });
    seen.push(...page.items.map((item) => item.suggestion_id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual(made);
});

test("an unknown suggestion is not found", async () => {
  const ctx = as(ACTORS.viewer);
  await expect(
    getSuggestion({ ctx, input: { suggestion_id: "sugg-000000000000" } }),
  ).rejects.toMatchObject({ code: "not_found" });
});

const JAN = "2026-01-01T00:00:00.000Z";
const ID = "sugg-000000000000";
test.each([
  ["no cursor at all", "nope"],
  ["a NUL in its id", ["newest", "0", JAN, "sugg-\u0000000000000"]],
  ["a year that has five digits", ["newest", "0", "+012026-01-01T00:00:00.000Z", ID]],
  ["a year there never was", ["newest", "0", "0000-01-01T00:00:00.000Z", ID]],
  ["a date that is none", ["newest", "0", "2026-02-30T00:00:00.000Z", ID]],
  ["a key that is no number", ["newest", "0 or 1=1", JAN, ID]],
  ["another order", ["impact", "0.5", JAN, ID]],
  ["more than four parts", ["newest", "0", JAN, ID, "x"]],
])("a forged cursor with %s is refused", async (_, text) => {
  const written = typeof text === "string" ? text : JSON.stringify(text);
  const cursor = Buffer.from(written).toString("base64url");
  await expect(
    listSuggestions({ ctx: as(ACTORS.viewer), input: { limit: 2, cursor } }),
  ).rejects.toMatchObject({ code: "invalid_input" });
});

test("approved advice says that nothing is executed, and does not hold up the next analysis", async () => {
  const rewrite: Change = {
    kind: "rewrite_query",
    table: "projects",
    rule: "prune_star",
    rewrites: [{ fingerprint: "star", sql: "SELECT status FROM projects" }],
  };
  const schema: ProductSchema = {
    product_id: "advised",
    domain: "test",
    duckdb_version: "v1.5.6",
    threads: 1,
    data_version: "data-1",
    schema_fingerprint: "schema-2",
    tables: [],
  };
  const store = (...changes: Change[]) =>
    storeSuggestion(test_.db, {
      state: "approved",
      productId: schema.product_id,
      candidates: changes.map((each) => candidateOf(each, plan)),
    });
  const noteOf = async ({ id }: { id: string }) =>
    (await getSuggestion({ ctx: as(ACTORS.viewer), input: { suggestion_id: id } })).note;
  expect(await noteOf(await store(rewrite))).toMatch(/nothing for the sidecar to execute/);
  expect(await whyDue({ ctx: as(ACTORS.viewer), input: schema })).toEqual({ why: "nothing_known" });
  expect(await noteOf(await store(rewrite, change))).toMatch(/except the rewritten queries/);
  expect(await whyDue({ ctx: as(ACTORS.viewer), input: schema })).toEqual({ why: "not_due" });
});
