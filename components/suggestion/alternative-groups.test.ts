import { expect, test } from "vitest";
import { exampleSuggestion } from "@/server/api/rest/testing/examples";
import { makeVerdict, type SuggestionItem, type VerdictCode } from "@/server/contracts";
import { findAlternatives, groupAlternatives } from "./alternative-groups";

const itemOf = (code: VerdictCode, change: Partial<SuggestionItem> = {}): SuggestionItem[] =>
  exampleSuggestion().suggestions.map((item) => ({
    ...item,
    verdict: makeVerdict(code, code),
    ...change,
  }));

test("alternatives are grouped by why they were not chosen", () => {
  const items = ["slower", "excluded_by_rule", "failed_to_apply", "not_reached"] as const;
  const groups = groupAlternatives(items.flatMap((code) => itemOf(code)));
  expect(
    groups.map(({ title, items }) => [title, items.map(({ verdict }) => verdict?.code)]),
  ).toEqual([
    ["Tested, not chosen", ["slower"]],
    ["Not possible", ["excluded_by_rule", "failed_to_apply"]],
    ["Not tested yet", ["not_reached"]],
  ]);
  expect(groupAlternatives([])).toEqual([]);
});

test("a change is found by words of its kind, table, column or title", () => {
  const items = [
    ...itemOf("slower"),
    ...itemOf("slower", { type: "cluster_table", target: "day", title: "Cluster" }),
  ];
  expect(findAlternatives(items, "index status")).toHaveLength(1);
  expect(findAlternatives(items, "projects.day")).toHaveLength(1);
  expect(findAlternatives(items, "")).toHaveLength(2);
  expect(findAlternatives(items, "partition")).toEqual([]);
});
