import { expect, test } from "vitest";
import { findCurrent, findNext } from "./current-row";

const IDS = ["a", "b", "c"];

test.each([
  ["the focused row before the one that keys moved to", "c", "a", "c"],
  ["the row that keys moved to, where none has the focus", null, "b", "b"],
  ["no row that has left the list", null, "gone", null],
  ["the row that keys moved to, where the focused one has left the list", "gone", "b", "b"],
  ["nothing before anything was chosen", null, null, null],
] as const)("a key acts on %s", (_, focused, remembered, expected) => {
  expect(findCurrent(IDS, focused, remembered)).toBe(expected);
});

test.each([
  ["down", "a", 1, "b"],
  ["up", "c", -1, "b"],
  ["no further than the last", "c", 1, "c"],
  ["no further than the first", "a", -1, "a"],
  ["to the first from none", null, 1, "a"],
] as const)("a step leads %s", (_, from, step, to) => {
  expect(findNext(IDS, from, step)).toBe(to);
  expect(findNext([], from, step)).toBeNull();
});
