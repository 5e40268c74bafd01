import { describe, expect, it } from "vitest";
import { exampleOperation, watchedExecution } from "@/server/api/rest/testing/examples";
import type { Operation, Suggestion } from "@/server/contracts";
import { isFailedProof, isMoving, isRevertible, labelState } from "./lifecycle";

const executed = () => exampleOperation({ state: "executed" });
const revert = (state: Operation["state"]) => exampleOperation({ kind: "revert", state });
const lifeOf = (state: Suggestion["state"], operations: Operation[] = []) => ({
  state,
  operations,
});

describe("isRevertible", () => {
  it("offers a revert again after one that failed, and to one person at a time", () => {
    expect(isRevertible(lifeOf("executed", [executed()]))).toBe(true);
    expect(isRevertible(lifeOf("verified", [revert("failed"), executed()]))).toBe(true);
    for (const state of ["queued", "executing", "executed"] as const) {
      expect(isRevertible(lifeOf("executed", [revert(state), executed()]))).toBe(false);
    }
  });

  it("offers none without an execution, or where its undo data is gone", () => {
    const plan = { ...executed().plan, is_reversible: false };
    expect(isRevertible(lifeOf("executed", [{ ...executed(), plan }]))).toBe(false);
    expect(isRevertible(lifeOf("reverted", [revert("executed"), executed()]))).toBe(false);
    expect(isRevertible(lifeOf("approved"))).toBe(false);
  });
});

describe("isMoving", () => {
  it("goes on while the live workload is watched, and ends with the watch", () => {
    expect(isMoving(lifeOf("executed", [executed()]))).toBe(true);
    expect(isMoving(lifeOf("executed", [watchedExecution("verifying")]))).toBe(true);
    expect(isMoving(lifeOf("executed", [watchedExecution("confirmed")]))).toBe(true);
    expect(isMoving(lifeOf("executed", [watchedExecution("inconclusive")]))).toBe(false);
    expect(isMoving(lifeOf("verified", [watchedExecution("confirmed")]))).toBe(false);
  });

  it("goes on while a revert is at work, and ends when it has failed", () => {
    const slower = watchedExecution("regressed");
    expect(isMoving(lifeOf("executed", [revert("queued"), slower]))).toBe(true);
    expect(isMoving(lifeOf("executed", [revert("failed"), slower]))).toBe(false);
  });
});

describe("labelState", () => {
  it("tells a failed proof from a failed execution", () => {
    expect(isFailedProof(lifeOf("failed"))).toBe(true);
    expect(labelState(lifeOf("failed"))).toBe("Test failed");
    expect(labelState(lifeOf("failed", [exampleOperation({ state: "failed" })]))).toBe(undefined);
  });

  it("says verifying only while the watch goes on", () => {
    expect(labelState(lifeOf("executed", [executed()]))).toBe("Executed, verifying");
    const ended = lifeOf("executed", [watchedExecution("inconclusive")]);
    expect(labelState(ended)).toBe(undefined);
  });
});
