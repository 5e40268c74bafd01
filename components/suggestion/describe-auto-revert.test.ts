import { expect, test } from "vitest";
import { describeAutoRevert } from "./describe-auto-revert";

test("an automatic revert is called done only when it is", () => {
  expect(describeAutoRevert("executed").text).toContain("restored the former state");
  for (const state of ["queued", "executing"] as const) {
    expect(describeAutoRevert(state).title).toMatch(/^Reverting/);
    expect(describeAutoRevert(state).text).not.toContain("restored");
  }
  expect(describeAutoRevert("failed")).toMatchObject({
    tone: "negative",
    text: expect.stringContaining("still in place"),
  });
});
