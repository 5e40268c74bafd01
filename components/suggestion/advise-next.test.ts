import { expect, test } from "vitest";
import {
  exampleOperation,
  exampleSuggestion,
  watchedExecution,
} from "@/server/api/rest/testing/examples";
import type { Suggestion, Verification } from "@/server/contracts";
import { adviseNext } from "./advise-next";
import type { ActionName } from "./use-decision";

const advise = (change: Partial<Suggestion>, ...abilities: ActionName[]) =>
  adviseNext(exampleSuggestion({ basis: "measured", ...change }), new Set(abilities));

test("a failed proof is no failed execution", () => {
  expect(advise({ state: "failed" })).toBe(
    "The test run failed; nothing was changed. Analyze again.",
  );
  expect(advise({ state: "failed", operations: [exampleOperation({ state: "failed" })] })).toMatch(
    /^The execution failed/,
  );
});

test("after an execution it says what the watch has shown, and nothing is watched for ever", () => {
  const after = (state: Verification["state"]) =>
    advise({ state: "executed", operations: [watchedExecution(state)] });
  expect(after("verifying")).toBe("Executed. The live workload is being verified.");
  expect(after("inconclusive")).toBe("Executed. Verification ended without a clear effect.");
  expect(after("regressed")).toBe("Executed. It regressed on the live workload.");
});

test("a revert that runs or has failed comes before what the watch has shown", () => {
  const withRevert = (state: "queued" | "failed") =>
    advise({
      state: "executed",
      operations: [exampleOperation({ kind: "revert", state }), watchedExecution("regressed")],
    });
  expect(withRevert("queued")).toBe("Executed. The rollback is running.");
  expect(withRevert("failed")).toContain("The rollback failed");
});

test("an estimate is never worded as a measurement or as work for an operator", () => {
  for (const state of ["pending", "approved", "no_gain", "expired"] as const) {
    expect(advise({ state, basis: "estimate" })).not.toMatch(/measure|tried|operator|evidence/);
  }
  expect(advise({ state: "pending", basis: "estimate" }, "approve")).toMatch(
    /^Nothing was measured/,
  );
});
