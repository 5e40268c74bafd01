import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { describeCounts, describeUnmeasured, labelRow } from "@/components/inbox/describe-row";
import { exampleSuggestion } from "@/server/api/rest/testing/examples";
import type { RequestedChanges, Suggestion, SuggestionSummary } from "@/server/contracts";
import { makeVerdict } from "@/server/contracts";
import { titleOfSuggestion } from "@/server/decision-card";
import { adviseNext } from "./advise-next";
import { labelState } from "./lifecycle";
import { DoesNotFit, RequestedBy } from "./suggestion-alerts";
import { describeTimeline } from "./timeline";

const REQUESTED: RequestedChanges = {
  changes: [
    {
      ...{ kind: "add_column", table: "projects", column: "risk_id", type: "VARCHAR" },
      ...{ default: null, is_required: true, references: null },
    },
  ],
  reason: "Risk reports need it.",
  origin: { kind: "cooperation", conversation_id: "conversation-1" },
};
const [item] = exampleSuggestion().suggestions;
if (item === undefined) throw new Error("the example has an item");
const reason = "3 rows would be without a value.";
const rejected = {
  ...item,
  title: "Add column `projects.risk_id` (VARCHAR)",
  verdict: makeVerdict("violates_data", reason),
};
const unfit: Suggestion = exampleSuggestion({
  ...{ basis: "measured", state: "no_gain", requested: REQUESTED },
  ...{ suggestions: [], alternatives: [rejected, { ...rejected, item_id: "item-000002" }] },
});

const textOf = (page: Parameters<typeof renderToStaticMarkup>[0]) =>
  renderToStaticMarkup(page)
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

test("a requested change that does not fit is called by its change, with each reason once", () => {
  expect(titleOfSuggestion(unfit)).toBe(
    "Add column `projects.risk_id` (VARCHAR) and 1 more change",
  );
  const text = textOf(<DoesNotFit suggestion={unfit} />);
  expect(text).toContain("Does not fit");
  expect(text.split(reason)).toHaveLength(2);
  expect(labelState(unfit)).toBe("Does not fit");
  expect(describeTimeline(unfit).at(-1)).toMatchObject({ label: "Does not fit", status: "failed" });
  expect(adviseNext(unfit, new Set())).toMatch(/^Does not fit/);
});

test("no tested change helped, where nobody asked for one", () => {
  const nothing = { ...unfit, requested: null };
  expect(titleOfSuggestion(nothing)).toBe("No tested change helped");
  expect(labelState(nothing)).toBeUndefined();
  expect(describeTimeline(nothing).at(-1)).toMatchObject({ label: "No gain found" });
});

test("who asked, and why, is said before the evidence", () => {
  expect(textOf(<RequestedBy requested={REQUESTED} />)).toContain(
    "Requested by another sidecar (conversation conversation-1) Risk reports need it.",
  );
  const bare = { ...REQUESTED, reason: "", origin: { kind: "person" as const } };
  expect(textOf(<RequestedBy requested={bare} />)).toContain(
    "Requested by a person No reason given.",
  );
});

test("what fits is to be decided on as one", () => {
  const fit = { ...unfit, state: "pending" as const, suggestions: [item], alternatives: [] };
  expect(adviseNext(fit, new Set(["approve"]))).toBe("It fits. Check the evidence, then decide.");
  expect(labelState(fit)).toBeUndefined();
  const costly = { ...item, verdict: makeVerdict("fits_with_cost", "9% slower.") };
  expect(adviseNext({ ...fit, suggestions: [costly] }, new Set(["approve"]))).toMatch(
    /^It breaks nothing, but makes something slower/,
  );
});

test("the inbox says that a change was requested, and whether it fits", () => {
  const row = (change: Partial<SuggestionSummary>): SuggestionSummary => ({
    ...{ suggestion_id: "sugg-0123456789ab", state: "no_gain", rollback: null, outcome: null },
    basis: "measured",
    ...{ operation_type: "schema_optimization", product_id: "p", is_requested: true, title: "t" },
    ...{ item_count: 0, alternative_count: 1, workload_gain: null, confidence: 0 },
    ...{ progress_fraction: null, progress_message: null, expires_at: null },
    ...{ kinds: [], risk_level: null, triage: null },
    ...{ created_at: "2026-01-01T00:00:00.000Z", updated_at: "2026-01-01T00:00:00.000Z" },
    ...change,
  });
  expect(labelRow(row({}))).toBe("Does not fit");
  expect(describeUnmeasured(row({}))).toBe("Does not fit");
  expect(describeCounts(row({}))).toBe("requested");
  expect(labelRow(row({ state: "pending" }))).toBeUndefined();
  expect(describeUnmeasured(row({ is_requested: false }))).toBe("No tested change helped");
  expect(labelRow(row({ state: "failed" }))).toBe("Test failed");
});
