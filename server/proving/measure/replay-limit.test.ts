import { expect, test } from "vitest";
import { createReplayLimit } from "./replay-limit";

/** Of so many queries that take so long each, those that are replayed. */
function replayed(count: number, baselineMs: number, plannedMs: number, preparedMs = 0): number {
  const limit = createReplayLimit(plannedMs);
  let taken = 0;
  while (taken < count && !limit.isReached()) {
    limit.add(baselineMs, preparedMs);
    taken += 1;
  }
  return taken;
}

test("replays so many of 5,000 shapes that each change still takes a small part of the time", () => {
  expect(replayed(5000, 1, 9350)).toBe(74);
  expect(replayed(5000, 1, 51_000)).toBe(403);
  expect(replayed(5000, 0.1, 51_000)).toBe(1664);
});

test("replays fewer where the machine takes longer than its queries tell", () => {
  expect(replayed(5000, 0.1, 51_000, 60)).toBe(128);
});

test("replays a few dozen heavy queries all the same", () => {
  expect(replayed(50, 400, 9350)).toBe(50);
  expect(replayed(60, 400, 9350)).toBe(50);
});
