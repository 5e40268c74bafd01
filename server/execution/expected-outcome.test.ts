import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operations, suggestionItems } from "@/drizzle/schema";
import { type Change, makeVerdict, type Verdict } from "@/server/contracts";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import {
  ACTORS,
  candidateOf,
  contextOf,
  storeSuggestion,
} from "@/server/decisions/testing/fixtures";
import { newId } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { loadExpectedOutcome } from "./expected-outcome";

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());

const plan = {
  statements: ["SELECT 1;"],
  revert_statements: [],
  cleanup_statements: [],
  is_reversible: true,
};
const index: Change = { kind: "add_index", table: "projects", column: "status" };
const summary: Change = {
  kind: "materialize_summary",
  table: "projects",
  name: "by_status",
  keys: [{ name: "status", column: "status", unit: null }],
  measures: [{ name: "rows", aggregate: "count", column: null }],
  rewrites: [{ fingerprint: "grouped", sql: "SELECT status, rows FROM by_status" }],
};
const rewrite: Change = {
  kind: "rewrite_query",
  table: "projects",
  rule: "prune_star",
  rewrites: [{ fingerprint: "star", sql: "SELECT status FROM projects" }],
};
const as = (fingerprint: string, gain: number, isRewritten = false) =>
  queryEvidenceOf(fingerprint, gain, isRewritten ? { rewritten_sql: "SELECT 2" } : {});

/** What is expected of an execution of some of three suggested changes: index, summary, rewrite. */
async function outcomeOf(
  executed: (itemIds: string[]) => (string | undefined)[],
  verdict: Verdict | null = null,
) {
  const { id, itemIds } = await storeSuggestion(test_.db, {
    state: "executing",
    candidates: [
      candidateOf(index, plan, ["looked_up", "star"]),
      candidateOf(summary, plan, ["grouped"]),
      candidateOf(rewrite, { ...plan, statements: [] }, ["star"]),
    ],
    evidence: [
      evidenceOf([as("looked_up", 0.5), as("star", 0.3)]),
      evidenceOf([as("grouped", 0.9, true), as("slowed", -0.1)]),
      evidenceOf([as("star", 0.6, true)]),
    ],
    setEvidence: evidenceOf([
      as("looked_up", 0.55),
      as("grouped", 0.9, true),
      as("star", 0.7, true),
    ]),
  });
  if (verdict !== null) {
    const items = eq(suggestionItems.suggestionId, id);
    await test_.db.update(suggestionItems).set({ verdict }).where(items);
  }
  const [row] = await test_.db
    .insert(operations)
    .values({
      id: newId("op"),
      suggestionId: id,
      productId: "duckdb-spawn",
      kind: "execute",
      state: "executed",
      itemIds: executed(itemIds).flatMap((item) => item ?? []),
      plan,
      schemaFingerprint: "schema-1",
      requestedBy: "test",
      progress: { message: "", fraction: 1 },
    })
    .returning();
  if (row === undefined) throw new Error("the operation was stored");
  return loadExpectedOutcome(contextOf(test_.db, ACTORS.reviewer), row);
}

async function promiseOf(executed: (itemIds: string[]) => (string | undefined)[]) {
  const { targeted, expected } = await outcomeOf(executed);
  const gains = [...expected.values()].map(({ fingerprint, gain }) => [fingerprint, gain.value]);
  return { targeted: [...targeted].sort(), gains: Object.fromEntries(gains) };
}

test("a gain measured on a rewritten text is no promise of the execution", async () => {
  expect(await promiseOf(([first, second]) => [first, second])).toEqual({
    targeted: ["looked_up", "star"],
    // Together for the query as it is sent; alone where together a rewritten text was measured.
    gains: { looked_up: 0.55, star: 0.3, slowed: -0.1 },
  });
});

test("a part of the set promises what its changes showed alone", async () => {
  expect(await promiseOf(([first]) => [first])).toEqual({
    targeted: ["looked_up", "star"],
    gains: { looked_up: 0.5, star: 0.3 },
  });
});

test("a summary alone promises nothing before somebody reads it", async () => {
  expect(await promiseOf(([, second]) => [second])).toMatchObject({ targeted: [] });
});

test("a slowdown is accepted, up to the worst that was measured, where a person approved a cost; no other is", async () => {
  const ofSecond = async (code: "passed" | "fits_with_cost") =>
    (await outcomeOf(([, second]) => [second], makeVerdict(code, ""))).accepted;
  const accepted = await ofSecond("fits_with_cost");
  expect([...accepted.keys()]).toEqual(["slowed"]);
  expect(accepted.get("slowed")).toBeCloseTo(1.12);
  expect((await ofSecond("passed")).size).toBe(0);
});
