import { expect, test } from "vitest";
import { exampleSuggestion } from "@/server/api/rest/testing/examples";
import type { SuggestionItem } from "@/server/contracts";
import { evidenceOf } from "@/server/decisions/testing/evidence";
import { describeBestGain, describeNothing } from "./describe-nothing";

const { suggestions } = exampleSuggestion();
const items = (change: Partial<SuggestionItem>) =>
  suggestions.map((item) => ({ ...item, ...change }));
const tried = items({ evidence: evidenceOf([]) });
const untried = items({ evidence: null });
const measured = (alternatives: SuggestionItem[]) =>
  describeNothing({ basis: "measured", alternatives });

test("measured and unmeasured changes are told apart, and none is counted as zero", () => {
  expect(measured(tried)).toBe("1 change was measured on a shadow copy, and none was worth it.");
  expect(measured([...tried, ...untried])).toMatch(/none was worth it; 1 change was not measured/);
  expect(measured(untried)).toMatch(/^1 change was not measured/);
  expect(measured([])).toMatch(/no change worth a trial/);
});

test("an estimate says that nothing was measured", () => {
  for (const alternatives of [[], untried]) {
    const text = describeNothing({ basis: "estimate", alternatives });
    expect(text).toContain("Nothing was measured");
    expect(text).not.toContain("shadow");
  }
});

test("a loss is not called a saving", () => {
  expect(describeBestGain({ value: 0.05, low: 0.01, high: 0.09 })).toMatch(
    /^would save 5% \[1%, 9%\]/,
  );
  expect(describeBestGain({ value: -0.02, low: -0.03, high: 0.01 })).toMatch(
    /^would save none .*−2%/,
  );
  expect(describeBestGain({ value: 0, low: 0, high: 0 })).toMatch(/^would save none/);
});
