import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exampleOperation, watchedExecution } from "@/server/api/rest/testing/examples";
import {
  DEFAULT_REGRESSION_POLICY,
  type Operation,
  Suggestion,
  SuggestionState,
  UNAPPROVED_STATES,
  type Verification,
} from "@/server/contracts";
import { buildDecisionCard } from "@/server/decision-card";
import { changeStatement } from "@/server/sql";
import { contradictionsIn, countChecked } from "./testing/contradictions";
import { renderSuggestionPage, textOf } from "./testing/render-page";

/** As a proof of the demo product left it, latencies and all. */
const STORED: Suggestion = Suggestion.parse(
  JSON.parse(readFileSync(new URL("./testing/stored-suggestion.json", import.meta.url), "utf8")),
);

/** The stored suggestion in another state, its card made anew. */
function inState(state: SuggestionState, change: Partial<Suggestion> = {}): Suggestion {
  const isApproved = UNAPPROVED_STATES.includes(state) ? null : true;
  const suggestions = STORED.suggestions.map((item) => ({ ...item, is_approved: isApproved }));
  const suggestion = { ...STORED, suggestions, state, ...change };
  return { ...suggestion, card: buildDecisionCard(suggestion, { delivered: 3, of: 4 }) };
}

const without = { suggestions: [], alternatives: [], set_evidence: null, sets: [] };
const failed = { code: "internal", message: "The disk was full." };
const revert = (state: Operation["state"]): Operation =>
  exampleOperation({ kind: "revert", state });

const KEPT = { by: "olga@test", reason: "The dashboard needs it.", at: STORED.created_at };
const STALE = {
  ...{ summary: "summary_projects", table: "projects", groups: 12, stale_groups: 3 },
  measured_at: STORED.created_at,
};
/** What a verification of today's release holds beside its verdict. */
const LIVE: Partial<Verification> = {
  workload: {
    actual: { value: 0.42, low: 0.38, high: 0.46 },
    adjusted: { value: 0.42, low: 0.37, high: 0.47 },
    expected: { value: 0.4, low: 0.36, high: 0.44 },
    ...{ calls: 1204, minutes: 2, compared_share: 0.97, drift: 1 },
  },
  reasons: ["Whole workload, for the verdict: 42% [37%, 47%] less time."],
  limits: DEFAULT_REGRESSION_POLICY,
};

/** Every state, and what a state alone does not tell. */
const CASES: Record<string, Suggestion> = {
  ...Object.fromEntries(SuggestionState.options.map((state) => [state, inState(state)])),
  proving: inState("proving", without),
  cancelled: inState("cancelled", without),
  no_gain: inState("no_gain", { suggestions: [], set_evidence: null }),
  "failed test run": inState("failed", { ...without, error: failed }),
  "failed execution": inState("failed", {
    error: failed,
    operations: [exampleOperation({ state: "failed", error: failed })],
  }),
  "superseded by a newer test run": inState("superseded", { superseded_by: "sugg-0123456789ab" }),
  "suspect text": inState("pending", {
    warnings: [
      { code: "suspect_text", pointer: "/context/table", score: 0.9, by: "rules", model: null },
    ],
  }),
  verifying: inState("executed", {
    operations: [
      watchedExecution("verifying", {
        ...LIVE,
        window: { expected_end_at: STORED.created_at, latest_end_at: STORED.updated_at },
      }),
    ],
  }),
  "no clear effect": inState("executed", { operations: [watchedExecution("inconclusive")] }),
  confirmed: inState("verified", { operations: [watchedExecution("confirmed", LIVE)] }),
  "confirmed with regressions": inState("verified", {
    operations: [watchedExecution("confirmed_with_regressions", LIVE)],
  }),
  "regressed, for people to decide": inState("executed", {
    operations: [watchedExecution("regressed", LIVE)],
  }),
  "regressed and kept": inState("executed", {
    operations: [watchedExecution("regressed", { ...LIVE, kept: KEPT })],
  }),
  "a rollback that is put off": inState("executed", {
    operations: [
      {
        ...{ ...revert("queued"), is_automatic: true },
        progress: {
          message: "Rolled back automatically at noon, unless somebody keeps it",
          fraction: 0,
        },
      },
      watchedExecution("regressed", LIVE),
    ],
  }),
  "a stale summary table": inState("executed", {
    operations: [watchedExecution("inconclusive", { ...LIVE, staleness: [STALE] })],
  }),
  "regressed and rolling back": inState("executed", {
    operations: [{ ...revert("executing"), is_automatic: true }, watchedExecution("regressed")],
  }),
  "rollback failed": inState("verified", {
    error: failed,
    operations: [revert("failed"), watchedExecution("confirmed")],
  }),
  estimate: inState("pending", {
    ...{ basis: "estimate", product_id: null, set_evidence: null, sets: [], confidence: 0.4 },
    suggestions: STORED.suggestions.slice(0, 1).map((item) => ({
      ...item,
      evidence: null,
      estimated_impact: {
        ...item.estimated_impact,
        basis: "estimate",
        query_speedup_interval: null,
      },
    })),
  }),
  "approved in part": inState("approved", {
    suggestions: STORED.suggestions.map((item, index) => ({ ...item, is_approved: index === 0 })),
  }),
};

const WORDS: Record<string, RegExp> = {
  proving: /Test running/,
  pending: /You get now .* less time/,
  no_gain: /Nothing to do/,
  approved: /You get now/,
  verified: /Expected gain/,
  confirmed: /Confirmed on the live workload.*42% \[38%, 46%\] less time Expected 40%/,
  "confirmed with regressions": /Confirmed with regressions.*1,204 calls in 2 minutes/,
  "regressed, for people to decide": /Keep anyway.*Change the limit/,
  "regressed and kept": /Regressed, kept.*Kept by olga@test.*The dashboard needs it/,
  "a rollback that is put off": /Rolled back automatically at noon, unless somebody keeps it/,
  "a stale summary table": /summary_projects is stale.*3 of 12 groups differ from projects/,
  reverted: /Re-apply/,
  rejected: /Rejected\. Nothing was changed.* Measured gain/,
  expired: /Expired without a decision/,
  superseded: /Superseded/,
  "superseded by a newer test run": /Superseded by a newer test run/,
  "failed test run": /The test run failed/,
  "failed execution": /The execution failed/,
  "suspect text": /may contain a prompt injection/,
  verifying: /Executed, verifying.*Whole workload so far 42%.*1,204 calls in 2 minutes/,
  "no clear effect": /Verification ended without a clear effect/,
  "regressed and rolling back": /Rolling back automatically/,
  "rollback failed": /Rollback failed/,
  estimate: /Likelihood 40% that it pays/,
};

const rendered = new Map<string, string>();

/** Each page is made once for all that is looked at in it. */
function htmlOf(name: string, suggestion: Suggestion): string {
  const html = rendered.get(name) ?? renderSuggestionPage(suggestion);
  rendered.set(name, html);
  return html;
}

test.each(Object.entries(CASES))("renders a suggestion: %s", (name, suggestion) => {
  const text = textOf(htmlOf(name, suggestion));
  expect(text).not.toMatch(/undefined|NaN|Infinity|\[object/);
  expect(text).toMatch(WORDS[name] ?? /Decision/);
  if (suggestion.card !== null)
    for (const line of suggestion.card.lines) {
      expect(text).toContain(line.text.replaceAll("`", "").replace(/\s+/g, " "));
    }
});

test("a change that a statement can say is offered for editing while it waits for a decision", () => {
  const editable = STORED.suggestions.filter(({ change }) => changeStatement(change) !== null);
  expect(editable.length).toBeGreaterThan(0);
  const open = renderSuggestionPage(inState("pending", { edited_from: "sugg-0123456789ab" }));
  expect(open.match(/> Edit<\/button>/g)).toHaveLength(editable.length);
  expect(textOf(open)).toMatch(/Edited from sugg-0123456789ab \. Approving this one supersedes it/);
  const ended = renderSuggestionPage(
    inState("superseded", { superseded_by: "sugg-0123456789ab", edits: ["sugg-0123456789ab"] }),
  );
  expect(ended).not.toMatch(/> Edit<\/button>/);
  expect(textOf(ended)).toMatch(/Edited version: sugg-.*its edited version was approved/s);
});

test("printed percentages are what the printed times beside them give, in every state", () => {
  for (const [name, suggestion] of Object.entries(CASES)) {
    expect(contradictionsIn(htmlOf(name, suggestion)), name).toEqual([]);
  }
  expect(countChecked(renderSuggestionPage(inState("pending")))).toBeGreaterThan(10);
});

test("a row whose percentage is not that of its times is noticed", () => {
  const row = "<tr><td>28.2 ms → 39.7 ms</td><td>−8.8% [−20%, 3%]</td></tr>";
  expect(contradictionsIn(row)).toHaveLength(1);
  expect(contradictionsIn(row.replace("39.7", "30.7"))).toEqual([]);
});

test("no sign of a decision stands on the page of an estimate that nobody measured", () => {
  const text = textOf(renderSuggestionPage(CASES.estimate ?? STORED));
  expect(text).toContain("Acknowledge");
  expect(text).not.toMatch(/Track record|Confidence/);
});

test("the page is called by what was approved, and its card is of that alone", () => {
  const part = CASES["approved in part"] ?? STORED;
  expect(part.card?.title).toBe(STORED.suggestions[0]?.title);
  expect(textOf(renderSuggestionPage(part))).not.toContain("2 more changes");
});
