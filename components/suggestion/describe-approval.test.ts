import { expect, test } from "vitest";
import { exampleSuggestion } from "@/server/api/rest/testing/examples";
import type { Change, SuggestionItem } from "@/server/contracts";
import { describeApproval } from "./describe-approval";

const rewrite: Change = { kind: "rewrite_query", table: "t", rule: "prune_star", rewrites: [] };
const suggestions = exampleSuggestion().suggestions.flatMap((item): SuggestionItem[] => [
  { ...item, item_id: "item-000001" },
  { ...item, item_id: "item-000002", change: rewrite },
]);

test("an execution is promised only where there will be one", () => {
  const measured = { basis: "measured", suggestions } as const;
  expect(describeApproval(measured, ["item-000001", "item-000002"])).toContain("an operator");
  expect(describeApproval(measured, ["item-000002"])).toContain("developers");
  expect(describeApproval({ basis: "estimate", suggestions }, ["item-000001"])).toContain(
    "yours to run",
  );
});
