import { afterAll, beforeAll, expect, test } from "vitest";
import { operations } from "@/drizzle/schema";
import type { Change } from "@/server/contracts";
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

/** The promise of an execution of some of three suggested changes: index, summary, rewrite. */
async function promiseOf(executed: (itemIds: string[]) => (string | undefined)[]) {
  const { id, itemIds } = await storeSuggestion(test_.db, {
    state: "executing",
    candidates: [
      candidateOf(index, plan, ["looked_up", "star"]),
      candidateOf(summary, plan, ["grouped"]),
      candidateOf(rewrite, { ...plan, statements: [] }, ["star"]),
    ],
    evidence: [
      evidenceOf([as("looked_up", 0.5), as("star", 0.3)]),
      evidenceOf([as("grouped", 0.9, true)]),
      evidenceOf([as("star", 0.6, true)]),
    ],
    setEvidence: evidenceOf([
      as("looked_up", 0.55),
      as("grouped", 0.9, true),
      as("star", 0.7, true),
    ]),
  });
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
  const { targeted, expected } = await loadExpectedOutcome(
    contextOf(test_.db, ACTORS.reviewer),
    row,
  );
  const gains = [...expected.values()].map(({ fingerprint, gain }) => [fingerprint, gain.value]);
  return { targeted: [...targeted].sort(), gains: Object.fromEntries(gains) };
}

test("a gain measured on a rewritten text is no promise of the execution", async () => {
  expect(await promiseOf(([first, second]) => [first, second])).toEqual({
    targeted: ["looked_up", "star"],
    // Together for the query as it is sent; alone where together a rewritten text was measured.
    gains: { looked_up: 0.55, star: 0.3 },
  });
});

test("a part of the set promises what its changes showed alone", async () => {
  expect(await promiseOf(([first]) => [first])).toEqual({
    targeted: ["looked_up", "star"],
    gains: { looked_up: 0.5, star: 0.3 },
  });
});

test("a summary alone promises nothing before somebody reads it", async () => {
  expect(await promiseOf(([, second]) => [second])).toEqual({ targeted: [], gains: {} });
});
