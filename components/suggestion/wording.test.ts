import { describe, expect, test } from "vitest";
import { exampleSuggestion } from "@/server/api/rest/testing/examples";
import { type Change, makeVerdict, type Suggestion, type SuggestionItem } from "@/server/contracts";
import { evidenceOf } from "@/server/decisions/testing/evidence";
import {
  describeAlternatives,
  describeApproval,
  describeAutoRevert,
  describeBestGain,
  describeImpact,
  describeNothing,
  nameBest,
} from "./wording";

const { suggestions } = exampleSuggestion();
const items = (change: Partial<SuggestionItem>) =>
  suggestions.map((item) => ({ ...item, ...change }));
const measuredItems = items({ evidence: evidenceOf([]) });
const unmeasuredItems = items({ evidence: null });

describe("impact", () => {
  const IMPACT = {
    query_speedup: "80%",
    query_speedup_interval: "[78%, 82%]",
    storage_overhead: "2%",
    time_saved: 0.8,
    storage_added: 0.02,
    basis: "measured",
    of: "targeted_queries",
    coverage: 1,
    note: null,
  } as const;

  test("shows a gain with its interval, its basis and what it is a share of", () => {
    expect(describeImpact(IMPACT)).toBe(
      "measured: 80% [78%, 82%] less time in its queries, 2% storage",
    );
    const note = "No gain is expected. Nothing measured got slower beyond 5%.";
    expect(describeImpact({ ...IMPACT, note })).toBe(note);
    expect(describeImpact({ ...IMPACT, of: "workload" })).toContain("in the whole workload");
    expect(describeImpact({ ...IMPACT, basis: "estimate", query_speedup_interval: null })).toBe(
      "estimated, not measured: 80% less time in its queries, 2% storage",
    );
  });
});

describe("alternatives", () => {
  const wordingOf = (change: Partial<Suggestion>) =>
    describeAlternatives(exampleSuggestion({ basis: "measured", ...change }));

  test("says how many were measured", () => {
    expect(wordingOf({ alternatives: measuredItems })).toMatch(/^Measured like the changes above/);
    expect(wordingOf({ alternatives: [...measuredItems, ...unmeasuredItems] })).toMatch(
      /^1 of 2 measured/,
    );
    expect(wordingOf({ alternatives: measuredItems, suggestions: [] })).toMatch(
      /^Each with the reason/,
    );
  });

  test("says that the alternatives of an estimate were excluded by the rules", () => {
    expect(wordingOf({ basis: "estimate", alternatives: unmeasuredItems })).toMatch(
      /^Excluded by the rules.*None was measured/,
    );
    expect(wordingOf({ alternatives: [] })).toBeUndefined();
  });
});

describe("nothing to do", () => {
  const describeMeasured = (alternatives: SuggestionItem[]) =>
    describeNothing({ basis: "measured", alternatives });

  test("counts measured and unmeasured changes apart, and omits counts of zero", () => {
    expect(describeMeasured(measuredItems)).toBe(
      "1 change was measured on a shadow copy, and none was worth it.",
    );
    expect(describeMeasured([...measuredItems, ...unmeasuredItems])).toMatch(
      /none was worth it; 1 change was not measured/,
    );
    expect(describeMeasured(unmeasuredItems)).toMatch(/^1 change was not measured/);
    expect(describeMeasured([])).toMatch(/no change worth testing/);
  });

  test("says that nothing was measured for an estimate", () => {
    for (const alternatives of [[], unmeasuredItems]) {
      const text = describeNothing({ basis: "estimate", alternatives });
      expect(text).toContain("Nothing was measured");
      expect(text).not.toContain("shadow");
    }
  });

  test("does not call a loss a saving", () => {
    expect(describeBestGain({ value: 0.05, low: 0.01, high: 0.09 })).toMatch(
      /^would save 5% \[1%, 9%\]/,
    );
    expect(describeBestGain({ value: -0.02, low: -0.03, high: 0.01 })).toMatch(
      /^would save none .*−2%/,
    );
    expect(describeBestGain({ value: 0, low: 0, high: 0 })).toMatch(/^would save none/);
  });
});

test("approval promises an execution only where there will be one", () => {
  const rewrite: Change = { kind: "rewrite_query", table: "t", rule: "prune_star", rewrites: [] };
  const two = suggestions.flatMap((item): SuggestionItem[] => [
    { ...item, item_id: "item-000001" },
    { ...item, item_id: "item-000002", change: rewrite },
  ]);
  const measured = { basis: "measured", suggestions: two } as const;
  expect(describeApproval(measured, ["item-000001", "item-000002"])).toContain("an operator");
  expect(describeApproval(measured, ["item-000002"])).toContain("developers");
  expect(describeApproval({ basis: "estimate", suggestions: two }, ["item-000001"])).toContain(
    "Run its SQL yourself",
  );
});

test("an automatic rollback is called done only when it is", () => {
  expect(describeAutoRevert("executed").text).toContain("restored the previous state");
  for (const state of ["queued", "executing"] as const) {
    expect(describeAutoRevert(state).title).toMatch(/^Rolling back/);
    expect(describeAutoRevert(state).text).not.toContain("restored");
  }
  expect(describeAutoRevert("failed")).toMatchObject({
    tone: "negative",
    text: expect.stringContaining("still in place"),
  });
});

test("the best set is named by titles, by ids where no title is known", () => {
  const gain = { value: 0.5, low: 0.4, high: 0.6 };
  const verdict = makeVerdict("passed", "");
  const best = { candidate_ids: ["a", "b", "c"], gain };
  const verdicts = [
    { candidate_id: "b", title: "Index b", verdict },
    { candidate_id: "a", title: "Order by a", verdict },
  ];
  expect(nameBest({ best, verdicts })).toBe("“Order by a”, “Index b”, and “c”");
  expect(nameBest({ best: undefined, verdicts })).toBe("");
});
