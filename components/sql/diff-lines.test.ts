import { expect, test } from "vitest";
import { diffLines } from "./diff-lines";

const diff = (before: string[], after: string[]) => {
  const { removed, added } = diffLines(before.join("\n"), after.join("\n"));
  return { removed: [...removed], added: [...added] };
};

test("equal texts have no changed line", () => {
  expect(diff(["a", "b"], ["a", "b"])).toEqual({ removed: [], added: [] });
});

test("changed, removed and added lines are found around the common ones", () => {
  expect(diff(["SELECT", "  *", "FROM", "  t"], ["SELECT", "  a,", "  b", "FROM", "  t"])).toEqual({
    removed: [1],
    added: [1, 2],
  });
  expect(diff(["a", "b", "c"], ["c"])).toEqual({ removed: [0, 1], added: [] });
});

test("texts with nothing in common are changed wholly", () => {
  expect(diff(["a"], ["x", "y"])).toEqual({ removed: [0], added: [0, 1] });
});
