import { describe, expect, it } from "vitest";
import { exampleOperation, watchedExecution } from "@/server/api/rest/testing/examples";
import type { Operation, Suggestion } from "@/server/contracts";
import { isFailedProof, isMoving, isRevertible, labelStanding } from "./lifecycle";

const executed = () => exampleOperation({ state: "executed" });
const revert = (state: Operation["state"]) => exampleOperation({ kind: "revert", state });
const standing = (state: Suggestion["state"], operations: Operation[] = []) => ({
  state,
  operations,
});

describe("isRevertible", () => {
  it("offers a revert again after one that failed, and to one person at a time", () => {
    expect(isRevertible(standing("executed", [executed()]))).toBe(true);
    expect(isRevertible(standing("verified", [revert("failed"), executed()]))).toBe(true);
    for (const state of ["queued", "executing", "executed"] as const) {
      expect(isRevertible(standing("executed", [revert(state), executed()]))).toBe(false);
    }
  });

  it("offers none without an execution, or where its undo data is gone", () => {
    const plan = { ...executed().plan, is_reversible: false };
    expect(isRevertible(standing("executed", [{ ...executed(), plan }]))).toBe(false);
    expect(isRevertible(standing("reverted", [revert("executed"), executed()]))).toBe(false);
    expect(isRevertible(standing("approved"))).toBe(false);
  });
});

describe("isMoving", () => {
  it("goes on while the live workload is watched, and ends with the watch", () => {
    expect(isMoving(standing("executed", [executed()]))).toBe(true);
    expect(isMoving(standing("executed", [watchedExecution("watching")]))).toBe(true);
    expect(isMoving(standing("executed", [watchedExecution("confirmed")]))).toBe(true);
    expect(isMoving(standing("executed", [watchedExecution("inconclusive")]))).toBe(false);
    expect(isMoving(standing("verified", [watchedExecution("confirmed")]))).toBe(false);
  });

  it("goes on while a revert is at work, and ends when it has failed", () => {
    const slower = watchedExecution("regressed");
    expect(isMoving(standing("executed", [revert("queued"), slower]))).toBe(true);
    expect(isMoving(standing("executed", [revert("failed"), slower]))).toBe(false);
  });
});

describe("labelStanding", () => {
  it("tells a failed proof from a failed execution", () => {
    expect(isFailedProof(standing("failed"))).toBe(true);
    expect(labelStanding(standing("failed"))).toBe("Test failed");
    expect(labelStanding(standing("failed", [exampleOperation({ state: "failed" })]))).toBe(
      undefined,
    );
  });

  it("says verifying only while the watch goes on", () => {
    expect(labelStanding(standing("executed", [executed()]))).toBe("Executed, verifying");
    const ended = standing("executed", [watchedExecution("inconclusive")]);
    expect(labelStanding(ended)).toBe(undefined);
  });
});
