import { expect, test, vi } from "vitest";
import { remember } from "./remember";

test("computes once for each subject, also where nothing is found", () => {
  const compute = vi.fn(({ name }: { name: string }) => (name === "" ? undefined : name.length));
  const lengthOf = remember(compute);
  const [long, empty] = [{ name: "long" }, { name: "" }];
  expect([lengthOf(long), lengthOf(empty), lengthOf(long), lengthOf(empty)]).toEqual([
    ...[4, undefined, 4, undefined],
  ]);
  expect(compute).toHaveBeenCalledTimes(2);
  expect(lengthOf({ name: "long" })).toBe(4);
  expect(compute).toHaveBeenCalledTimes(3);
});
