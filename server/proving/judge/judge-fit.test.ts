import { expect, test } from "vitest";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { judgeFit } from ".";

const query = (gain: number, change = {}) =>
  queryEvidenceOf("other", gain, { is_targeted: false, ...change });

test("what changes nothing fits, with the interval of what was measured", () => {
  const verdict = judgeFit(evidenceOf([query(0), query(-0.01)]));
  expect(verdict).toMatchObject({ code: "fits", is_accepted: true, basis: "measured" });
  expect(verdict.reason).toMatch(
    /^Nothing breaks: of 2 queries .* workload .* \[.*Inserts take 1.2× as long/i,
  );
});

test("one query that is surely slower by more than 5% does not fit, whatever others gain", () => {
  const verdict = judgeFit(evidenceOf([query(0.9), query(-0.2)]));
  expect(verdict).toMatchObject({ code: "regresses_query", is_accepted: false });
  expect(verdict.reason).toContain("20% slower");
});

test("a result that differs does not fit", () => {
  expect(judgeFit(evidenceOf([query(0, { results_equal: false })])).code).toBe("results_differ");
});

test("writes that make the workload slower by more than 5% do not fit; slower inserts alone are told", () => {
  const update = query(-0.5, { kind: "update", calls: 1000 });
  expect(judgeFit(evidenceOf([query(0), update])).code).toBe("slower");
  const costly = { rows: 1000, baseline_ms: 2, candidate_ms: 8, ratio: 4 };
  const verdict = judgeFit(evidenceOf([query(0)], { insert_cost: costly }));
  expect(verdict.code).toBe("fits");
  expect(verdict.reason).toContain("Inserts take 4× as long");
});

test("where no query reads the table, it says so instead of claiming a measurement", () => {
  expect(judgeFit(evidenceOf([])).reason).toMatch(/^No query of the workload that reads the table/);
});

test("queries that were not replayed are all counted, however few of them are listed", () => {
  const { workload } = evidenceOf([query(0)]);
  const listed = Array.from({ length: 100 }, (_, index) => {
    return { fingerprint: `f${index}`, sql: "SELECT 1", why: "too heavy" };
  });
  const reasonOf = (count: object) =>
    judgeFit(evidenceOf([query(0)], { workload: { ...workload, not_replayed: listed, ...count } }))
      .reason;
  expect(reasonOf({})).toContain("100 queries could not be replayed.");
  expect(reasonOf({ not_replayed_count: 4321 })).toContain("4,321 queries could not be replayed.");
});
