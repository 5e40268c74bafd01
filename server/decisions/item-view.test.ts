import { expect, test } from "vitest";
import { type Change, type Evidence, makeVerdict, type Verdict } from "@/server/contracts";
import { type ItemRow, toSuggestionItem } from "./item-view";
import { evidenceOf, queryEvidenceOf } from "./testing/evidence";
import { candidateOf } from "./testing/fixtures";

const change: Change = { kind: "add_index", table: "projects", column: "status" };
const plan = {
  ...{ statements: ["SELECT 1;"], revert_statements: [], cleanup_statements: [] },
  is_reversible: true,
};

function impactOf(evidence: Evidence | null, verdict: Verdict | null = null) {
  const row: ItemRow = {
    ...{ id: "item-000001", suggestionId: "sugg-000001", ordinal: 0, role: "suggested" },
    ...{ candidate: candidateOf(change, plan), verdict, explanation: null },
    ...{ evidence, isApproved: null },
  };
  return toSuggestionItem(row, { rejected_before: null, reverted_before: null }).estimated_impact;
}

test("the gain is that of all targeted queries, each weighed by its time", () => {
  const heavy = queryEvidenceOf("heavy", 0.9, {
    calls: 300,
    gain: { value: 0.9, low: 0.86, high: 0.98 },
  });
  const light = queryEvidenceOf("light", 0.1, {
    calls: 100,
    gain: { value: 0.1, low: -0.06, high: 0.42 },
  });
  const other = queryEvidenceOf("other", -0.5, { calls: 1000, is_targeted: false });
  // Half-widths: 0.75 × 0.04 with 0.25 × 0.16 below, 0.75 × 0.08 with 0.25 × 0.32 above.
  expect(impactOf(evidenceOf([heavy, light, other]))).toMatchObject({
    query_speedup: "70%",
    query_speedup_interval: "[65%, 80%]",
    of: "targeted_queries",
  });
});

test("one targeted query has its own gain and interval", () => {
  expect(impactOf(evidenceOf([queryEvidenceOf("q", 0.5)]))).toMatchObject({
    query_speedup: "50%",
    query_speedup_interval: "[48%, 52%]",
  });
});

test("where no targeted query was replayed it is the whole workload's, and says so", () => {
  const queries = [queryEvidenceOf("other", 0.2, { is_targeted: false })];
  expect(impactOf(evidenceOf(queries))).toMatchObject({ query_speedup: "20%", of: "workload" });
});

test("an estimate is about the targeted queries, without an interval", () => {
  expect(impactOf(null)).toMatchObject({
    basis: "estimate",
    query_speedup: "50%",
    query_speedup_interval: null,
    of: "targeted_queries",
  });
});

test("of a change that was asked for and fits, no gain is expected, and the figures say what was measured", () => {
  const queries = [queryEvidenceOf("other", -0.01, { is_targeted: false })];
  const verdict = makeVerdict("fits", "Nothing breaks.");
  expect(impactOf(evidenceOf(queries), verdict)).toMatchObject({
    query_speedup: "−1%",
    query_speedup_interval: "[−3%, 1%]",
    of: "workload",
    note: "No gain is expected. Nothing measured got slower beyond 5%; the workload gains −1% [−3%, 1%]; an insert takes 1.2× as long; storage +2%.",
  });
  expect(impactOf(evidenceOf(queries), makeVerdict("passed", "")).note).toBeNull();
  expect(impactOf(evidenceOf(queries), makeVerdict("fits_with_cost", "")).note).toMatch(
    /^No gain is expected\. Something gets slower by more than 5%: see the first drawback;/,
  );
});
