import { expect, test } from "vitest";
import type { SuggestionSummary } from "@/server/contracts";
import { describeCounts, describeUnmeasured, hasNoResult, isFailedProof } from "./describe-row";

const AT = "2026-01-01T00:00:00.000Z";
const summary = (change: Partial<SuggestionSummary>): SuggestionSummary => ({
  suggestion_id: "sugg-000001",
  state: "no_gain",
  rollback: null,
  outcome: null,
  basis: "measured",
  operation_type: "schema_optimization",
  product_id: "p",
  title: "Nothing to do",
  item_count: 0,
  alternative_count: 0,
  is_requested: false,
  kinds: [],
  risk_level: null,
  triage: null,
  workload_gain: null,
  confidence: 0.3,
  progress_fraction: null,
  progress_message: null,
  created_at: AT,
  updated_at: AT,
  expires_at: null,
  ...change,
});

test("a failed proof is not called measured without a gain", () => {
  const failed = summary({ state: "failed" });
  expect(describeUnmeasured(failed)).toBe("Test run failed");
  expect(describeUnmeasured(summary({}))).toBe("No tested change helped");
  expect(isFailedProof(summary({ state: "failed", item_count: 1 }))).toBe(false);
});

test("a cancelled proof measured nothing, and did not fail", () => {
  const cancelled = summary({ state: "cancelled" });
  expect(describeUnmeasured(cancelled)).toBe("Test run cancelled");
  expect([hasNoResult(cancelled), isFailedProof(cancelled)]).toEqual([true, false]);
  expect(hasNoResult(summary({}))).toBe(false);
});

test("an estimate says how sure it is of what it suggests, if it suggests anything", () => {
  const estimate = summary({ basis: "estimate" });
  expect(describeUnmeasured(estimate)).toBe("Nothing to suggest, not measured");
  expect(describeUnmeasured({ ...estimate, item_count: 1 })).toBe("Confidence 30%, not measured");
});

test("nothing tried is said to come only while it may", () => {
  expect(describeCounts(summary({ state: "proving" }))).toBe("nothing tested yet");
  expect(describeCounts(summary({ state: "failed" }))).toBe("no changes");
  expect(describeCounts(summary({ item_count: 2, alternative_count: 1 }))).toBe(
    "2 changes, 1 alternative not chosen",
  );
});
