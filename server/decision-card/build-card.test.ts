import { expect, test } from "vitest";
import { exampleSuggestion } from "@/server/api/rest/testing/examples";
import type { Change, MeasuredEvidence, SetTrial, SuggestionItem } from "@/server/contracts";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { buildDecisionCard, type CardSource } from "./index";

const RECORD = { delivered: 3, of: 4 };
const [example] = exampleSuggestion().suggestions;
if (example === undefined) throw new Error("the example has an item");

const INDEX: Change = { kind: "add_index", table: "projects", column: "status" };
const ORDER: Change = { kind: "cluster_table", table: "projects", keys: ["creation_date"] };
const REWRITE: Change = {
  ...{ kind: "rewrite_query", table: "projects", rule: "top_n" },
  rewrites: [{ fingerprint: "ranked", sql: "SELECT 1" }],
};

const SUMMARY: Change = {
  ...{ kind: "materialize_summary", table: "projects", name: "by_status", keys: [] },
  measures: [{ name: "count", aggregate: "count", column: null }],
  rewrites: [{ fingerprint: "grouped", sql: "SELECT 1" }],
};

function itemOf(change: Change, evidence: MeasuredEvidence | null): SuggestionItem {
  const id = change.kind.replace("_", "");
  return {
    ...(example as SuggestionItem),
    ...{ item_id: `item-${id}`, candidate_id: change.kind, change, type: change.kind, evidence },
    title: change.kind,
    ...(change.kind === "rewrite_query" && { execution_sql: "", revert_sql: null }),
  };
}

function measured(change: Partial<CardSource>): CardSource {
  return exampleSuggestion({ basis: "measured", product_id: "p", ...change });
}

function trialOf(candidate_ids: string[], value: number): SetTrial {
  return {
    ...{ candidate_ids, gain: { value, low: value - 0.05, high: value + 0.05 } },
    ...{ storage_overhead: 0.01, insert_ratio: 1.1, net_gain: value },
    ...{ is_pareto: true, is_chosen: false },
  };
}

const lineOf = (card: ReturnType<typeof buildDecisionCard>, key: string) =>
  card?.lines.find((line) => line.key === key)?.text;

test("counts a query as improved or regressed only where its interval and its pairs say so", () => {
  const evidence = evidenceOf([
    queryEvidenceOf("faster", 0.5),
    queryEvidenceOf("few", 0.5, { pairs: 4 }),
    queryEvidenceOf("unclear", 0.01),
    queryEvidenceOf("slower", -0.2),
  ]);
  const card = buildDecisionCard(measured({ suggestions: [itemOf(INDEX, evidence)] }), RECORD);
  expect(card?.queries).toMatchObject({ improved: 1, inconclusive: 2, regressed: 1 });
  expect(lineOf(card, "queries")).toBe("1 improved, 2 inconclusive, 1 regressed");
  expect(card?.queries?.most_improved?.fingerprint).toBe("faster");
  expect(card?.queries?.slowest).toMatchObject({ fingerprint: "slower", outcome: "regressed" });
});

test("takes the time after a change from the gain, not from the median of the other side", () => {
  // The machine was slower while the second side ran: the pairs show a gain all the same.
  const query = queryEvidenceOf("drifted", 0.2);
  query.candidate.median_ms = 140;
  const source = measured({ suggestions: [itemOf(INDEX, evidenceOf([query]))] });
  expect(lineOf(buildDecisionCard(source, RECORD), "most_improved")).toMatch(
    /^100 ms → 80 ms, 1.25× faster:/,
  );
});

test("tells what is gained now apart from what needs other queries", () => {
  const queries = [
    queryEvidenceOf("ranged", 0.5),
    queryEvidenceOf("ranked", 0.9, { rewritten_sql: "SELECT 1" }),
  ];
  const suggestions = [ORDER, REWRITE].map((change) => itemOf(change, evidenceOf(queries)));
  const source = measured({ suggestions, set_evidence: evidenceOf(queries) });
  const unknown = buildDecisionCard(source, RECORD);
  expect(unknown?.gain).toMatchObject({ now: null, after_code_changes: { value: 0.7 } });
  expect(lineOf(unknown, "gain_now")).toBe("Not measured without the code changes.");
  // Its own figures: the queries that developers rewrite gain by the order alone as well.
  const known = buildDecisionCard({ ...source, sets: [trialOf(["cluster_table"], 0.7)] }, RECORD);
  expect(known?.gain.now?.value).toBeCloseTo(0.7);
  expect(lineOf(known, "gain_now")).toMatch(/^70% \[/);
});

test("a summary table gains nothing until queries read it", () => {
  const queries = [queryEvidenceOf("grouped", 0.9, { rewritten_sql: "SELECT 1" })];
  const source = measured({ suggestions: [itemOf(SUMMARY, evidenceOf(queries))] });
  const card = buildDecisionCard(source, RECORD);
  expect(card?.gain).toMatchObject({ now: null, after_code_changes: { value: 0.9 } });
  expect(lineOf(card, "gain_now")).toMatch(/^Nothing yet/);
});

test("says that nothing runs here where developers make all of the changes", () => {
  const evidence = evidenceOf([queryEvidenceOf("ranked", 0.9, { rewritten_sql: "SELECT 1" })]);
  const card = buildDecisionCard(measured({ suggestions: [itemOf(REWRITE, evidence)] }), RECORD);
  expect(card?.gain).toMatchObject({
    now: null,
    after_code_changes: { value: expect.closeTo(0.9) },
  });
  expect(lineOf(card, "gain_now")).toMatch(/^Nothing: the sidecar runs none of it/);
  expect(card?.write_lock.kind).toBe("none");
});

test("a choice has the figures of the set that was measured, and none where no such set was", () => {
  const suggestions = [INDEX, ORDER].map((change, index) =>
    itemOf(change, evidenceOf([queryEvidenceOf(`q${index}`, 0.4)])),
  );
  const [index] = suggestions;
  const source = measured({
    suggestions,
    set_evidence: evidenceOf([queryEvidenceOf("q", 0.6)]),
    sets: [trialOf(["add_index"], 0.4)],
  });
  const alone = buildDecisionCard(source, RECORD, [index?.item_id ?? ""]);
  expect(alone?.gain.now?.value).toBeCloseTo(0.4);
  const other = buildDecisionCard(source, RECORD, [suggestions[1]?.item_id ?? ""]);
  expect(other).toMatchObject({ is_measured_together: false, queries: null, gain: { now: null } });
  expect(lineOf(other, "gain_now")).toMatch(/^Not measured together/);
});

test("follows what was approved", () => {
  const suggestions = [INDEX, ORDER].map((change) => ({
    ...itemOf(change, evidenceOf([queryEvidenceOf("q", 0.4)])),
    is_approved: change === INDEX,
  }));
  const sets = [trialOf(["add_index"], 0.4)];
  const card = buildDecisionCard(measured({ state: "approved", suggestions, sets }), RECORD);
  expect(card).toMatchObject({ title: "add_index", changes: [{ title: "add_index" }] });
});

test("scales the length of a write lock up from a sample, and says so", () => {
  const sample = [
    { table: "projects", rows: 1000, rows_total: 3000, method: "reservoir" as const },
  ];
  const evidence = evidenceOf([queryEvidenceOf("q", 0.4)], { sample, build_ms: 2000 });
  const card = buildDecisionCard(measured({ suggestions: [itemOf(ORDER, evidence)] }), RECORD);
  expect(card?.write_lock).toMatchObject({ kind: "held", duration_ms: 6000, basis: "estimate" });
  expect(lineOf(card, "write_lock")).toMatch(/fail for about 6 s \(scaled up from the sample\)/);
});

test("the evidence is as good as its weakest measure", () => {
  const sample = [{ table: "projects", rows: 50, rows_total: 1000, method: "reservoir" as const }];
  const evidence = evidenceOf([queryEvidenceOf("q", 0.4, { pairs: 20 })], { sample });
  const card = buildDecisionCard(measured({ suggestions: [itemOf(ORDER, evidence)] }), RECORD);
  expect(card?.evidence.grade).toBe("weak");
  expect(lineOf(card, "evidence")).toMatch(
    /^Weak\. Measured on 5% of projects \(50 of 1,000 rows\)/,
  );
  expect(lineOf(card, "track_record")).toBe("3 of 4 executions delivered what was promised.");
});

/** The sentences on the evidence of one change. */
function gradesOf(evidence: MeasuredEvidence) {
  const card = buildDecisionCard(measured({ suggestions: [itemOf(INDEX, evidence)] }), RECORD);
  return new Map(card?.evidence.reasons.map(({ of, text }) => [of, text]));
}

test("an interval below zero is told as a loss, not as one that includes zero", () => {
  const loss = gradesOf(evidenceOf([queryEvidenceOf("q", -0.055)]));
  expect(loss.get("interval")).toBe(
    "The interval [−7.5%, −3.5%] is below zero: a loss was measured.",
  );
  const unclear = gradesOf(evidenceOf([queryEvidenceOf("q", 0.01)]));
  expect(unclear.get("interval")).toBe("The interval [−1%, 3%] includes zero.");
});

test("the fewest pairs are said to be of a targeted query only where one is targeted", () => {
  const pairsOf = (is_targeted: boolean) =>
    gradesOf(evidenceOf([queryEvidenceOf("q", 0.4, { is_targeted })])).get("pairs");
  expect(pairsOf(true)).toBe("The targeted query that was replayed least has 12 pairs.");
  expect(pairsOf(false)).toBe("The query that was replayed least has 12 pairs.");
});

test("an estimate has a likelihood, and neither a grade nor a track record", () => {
  const card = buildDecisionCard(exampleSuggestion(), null);
  expect(card?.evidence).toEqual({
    ...{ grade: null, reasons: [], track_record: null, likelihood: 0.3 },
  });
  expect(lineOf(card, "gain_now")).toBe(
    "About 10% less time in its queries (estimate, not measured).",
  );
  expect(lineOf(card, "inserts")).toBe("Not measured.");
  expect(card?.lines[0]?.label).toBe("Estimated gain");
  expect(buildDecisionCard(exampleSuggestion({ suggestions: [] }), null)).toBeNull();
});
