import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { ClockProvider } from "@/components/common/clock";
import type { SuggestionItem } from "@/server/contracts";
import { RevertedBefore } from "./change-item";

const REVERT: NonNullable<SuggestionItem["reverted_before"]> = {
  ...{ suggestion_id: "sugg-0123456789ab", by: "olga@test", is_automatic: true },
  ...{ outcome: "Slower: 9 ms → 30 ms.", at: "2026-01-01T00:00:00.000Z", changes_since: [] },
};

function tell(change: Partial<typeof REVERT>): string {
  const page = renderToStaticMarkup(
    <ClockProvider renderedAtMs={Date.parse("2026-01-01T02:00:00.000Z")}>
      <RevertedBefore revert={{ ...REVERT, ...change }} />
    </ClockProvider>,
  );
  expect(page).toContain(`href="/suggestions/${REVERT.suggestion_id}"`);
  return page.replace(/<[^>]*>/g, "");
}

test("a change that was rolled back says when, why, and what is different now", () => {
  expect(tell({})).toBe(
    "Executed before and rolled back automatically, 2 hours ago. Slower: 9 ms → 30 ms. Since then: no known change.",
  );
  expect(
    tell({ is_automatic: false, outcome: null, changes_since: ["The schema has changed."] }),
  ).toBe(
    "Executed before and rolled back by olga@test, 2 hours ago. The live workload had shown no clear effect by then. Since then: The schema has changed.",
  );
});
