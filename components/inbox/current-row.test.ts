import { expect, test } from "vitest";
import { findAfterDecision, findCurrent, findFollowing, findNext } from "./current-row";

const IDS = ["a", "b", "c"];

test.each([
  ["the row that was moved to", "b", "b"],
  ["no row that has left the list", "gone", null],
  ["nothing before anything was chosen", null, null],
] as const)("a key acts on %s", (_, remembered, expected) => {
  expect(findCurrent(IDS, remembered)).toBe(expected);
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

test.each([
  ["to the row below", "a", ["a"], "b"],
  ["to the next that is not decided", "a", ["a", "b"], "c"],
  ["up where nothing is below", "c", ["c"], "b"],
  ["nowhere, to the row that stays", "b", ["a"], "b"],
  ["from the last that was selected, where keys moved to none", null, ["a", "b"], "c"],
  ["to none where all are decided", "b", ["a", "b", "c"], null],
  ["to the first, where the decided one is no longer there", null, ["gone"], "a"],
] as const)("after a decision the review goes on %s", (_, current, decided, next) => {
  expect(findAfterDecision(IDS, current, decided)).toBe(next);
});

test.each([
  ["the next one", "a", null, "b"],
  ["the first, after the last", "c", null, "a"],
  ["what came next, once the open one is decided", "gone", "c", "c"],
  ["the first, where that was decided too", "gone", "gone too", "a"],
] as const)("from an open suggestion to %s", (_, open, remembered, next) => {
  expect(findFollowing(IDS, open, remembered)).toBe(next);
  expect(findFollowing([open], open, remembered)).toBeNull();
});
