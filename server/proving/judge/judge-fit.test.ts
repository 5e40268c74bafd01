import { expect, test } from "vitest";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { costOfFit, judgeFit } from ".";

const query = (gain: number, change = {}) =>
  queryEvidenceOf("other", gain, { is_targeted: false, ...change });

test("what changes nothing fits, with the interval of what was measured", () => {
  const verdict = judgeFit(evidenceOf([query(0), query(-0.01)]));
  expect(verdict).toMatchObject({ code: "fits", is_accepted: true, basis: "measured" });
  expect(verdict.reason).toMatch(
    /^Nothing breaks: of 2 queries .* workload .* \[.*Inserts take 1.2× as long/i,
  );
});

test("a query that is surely slower by more than 5% breaks nothing: it is a cost, told with its figures", () => {
  const evidence = evidenceOf([query(0.9), query(-0.2)]);
  const verdict = judgeFit(evidence);
  expect(verdict).toMatchObject({ code: "fits_with_cost", is_accepted: true, basis: "measured" });
  expect(verdict.reason).toMatch(
    /^Nothing breaks, but it costs time\. 1 of 2 queries becomes slower by more than 5%: 20% slower \[−22%, −18%\], 100 ms → 120 ms: SELECT other/,
  );
  expect(costOfFit(evidence)).toMatchObject({ level: "medium" });
  expect(verdict.reason).toContain(costOfFit(evidence)?.drawback);
  expect(costOfFit(evidenceOf([query(0), query(-0.01)]))).toBeNull();
});

test.each<[string, number[], "medium" | "high"]>([
  ["a workload slower by a quarter", [-0.25, -0.25], "medium"],
  ["a workload slower by more", [-0.3, -0.3], "high"],
  ["a query that takes more than twice as long, in a workload that gains", [0.9, -1.1], "high"],
])("%s is a risk: %s %s", (_, gains, level) => {
  const evidence = evidenceOf(gains.map((gain) => query(gain)));
  expect(costOfFit(evidence)?.level).toBe(level);
  expect(judgeFit(evidence).is_accepted).toBe(true);
});

test("how grave a slower query is follows its pairs, not the medians of the two sides", () => {
  const drifting = query(-0.3);
  drifting.candidate.median_ms = 250;
  expect(costOfFit(evidenceOf([query(0.9), query(0.9), drifting]))?.level).toBe("medium");
  const plain = query(-1.2);
  plain.candidate.median_ms = 150;
  expect(costOfFit(evidenceOf([query(0.9), query(0.9), plain]))?.level).toBe("high");
});

test("a result that differs does not fit", () => {
  expect(judgeFit(evidenceOf([query(0, { results_equal: false })])).code).toBe("results_differ");
});

test("writes that make the workload slower by more than 5% are a cost; slower inserts alone are told", () => {
  const update = query(-0.5, { kind: "update", calls: 1000 });
  expect(judgeFit(evidenceOf([query(0), update])).code).toBe("fits_with_cost");
  expect(costOfFit(evidenceOf([query(0), update]))?.drawback).toMatch(/writes included\.$/);
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
