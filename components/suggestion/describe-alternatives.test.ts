import { expect, test } from "vitest";
import { exampleSuggestion } from "@/server/api/rest/testing/examples";
import type { Suggestion, SuggestionItem } from "@/server/contracts";
import { evidenceOf } from "@/server/decisions/testing/evidence";
import { describeAlternatives } from "./describe-alternatives";

const { suggestions } = exampleSuggestion();
const items = (change: Partial<SuggestionItem>) =>
  suggestions.map((item) => ({ ...item, ...change }));
const tried = items({ evidence: evidenceOf([]) });
const untried = items({ evidence: null });
const wordingOf = (change: Partial<Suggestion>) =>
  describeAlternatives(exampleSuggestion({ basis: "measured", ...change }));

test("alternatives are called measured as far as they were", () => {
  expect(wordingOf({ alternatives: tried })).toMatch(/^Measured like the changes above/);
  expect(wordingOf({ alternatives: [...tried, ...untried] })).toMatch(/^1 of 2 measured/);
  expect(wordingOf({ alternatives: tried, suggestions: [] })).toMatch(/^Each with what decided/);
});

test("those of an estimate are called left out, and none is described where there is none", () => {
  expect(wordingOf({ basis: "estimate", alternatives: untried })).toMatch(/none was measured/);
  expect(wordingOf({ alternatives: [] })).toBeUndefined();
});
