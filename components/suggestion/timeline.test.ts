import { expect, test } from "vitest";
import {
  exampleOperation,
  exampleSuggestion,
  watchedExecution,
} from "@/server/api/rest/testing/examples";
import type { Change, Operation, Suggestion, Verification } from "@/server/contracts";
import { describeTimeline } from "./timeline";

const steps = (change: Partial<Suggestion>) =>
  describeTimeline(exampleSuggestion({ basis: "measured", ...change })).map(
    ({ label, status }) => `${label}: ${status}`,
  );

test("a cancelled test run ends where it was cancelled", () => {
  expect(steps({ state: "cancelled", suggestions: [] })).toEqual([
    "Proposed: done",
    "Cancelled: failed",
  ]);
});

test("a failed test run is neither tested nor approved", () => {
  expect(steps({ state: "failed", suggestions: [] })).toEqual([
    "Proposed: done",
    "Test failed: failed",
  ]);
  const operations = [exampleOperation({ state: "failed" })];
  expect(steps({ state: "failed", operations })).toEqual([
    "Proposed: done",
    "Tested: done",
    "Approved: done",
    "Failed: failed",
  ]);
});

test("a watch that ended without a clear effect is not ahead any more", () => {
  const of = (state: Verification["state"]) =>
    steps({ state: "executed", operations: [watchedExecution(state)] }).at(-1);
  expect(of("verifying")).toBe("Confirmed: current");
  expect(of("inconclusive")).toBe("Inconclusive: ended");
  expect(of("regressed")).toBe("Regressed: failed");
});

test("nothing is told as verified while it is rolled back, or when that failed", () => {
  const of = (state: Operation["state"]) => {
    const revert = exampleOperation({ kind: "revert", state });
    return steps({ state: "verified", operations: [revert, watchedExecution("confirmed")] }).slice(
      3,
    );
  };
  expect(steps({ state: "verified" }).slice(3)).toEqual(["Executed: done", "Confirmed: done"]);
  for (const state of ["queued", "executing"] as const) {
    expect(of(state)).toEqual(["Executed: done", "Rolling back: current"]);
  }
  expect(of("failed")).toEqual(["Executed: done", "Rollback failed: failed"]);
});

test("what nobody executes here ends with its approval", () => {
  expect(steps({ basis: "estimate", state: "approved" })).toEqual([
    "Proposed: done",
    "Estimated: done",
    "Approved: done",
  ]);
  const [item] = exampleSuggestion().suggestions;
  const rewrite: Change = { kind: "rewrite_query", table: "t", rule: "prune_star", rewrites: [] };
  const suggestions = item === undefined ? [] : [{ ...item, change: rewrite }];
  expect(steps({ state: "pending", suggestions }).at(-1)).toBe("Approved: current");
  expect(steps({ state: "proving", suggestions: [] }).at(-1)).toBe("Confirmed: ahead");
});
