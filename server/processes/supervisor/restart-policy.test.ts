import { expect, test } from "vitest";
import { afterCrash } from "./restart-policy";

test("delays double while a role keeps dying, and the fifth crash within a minute ends it", () => {
  const now = 1_000_000;
  const delays = [0, 1, 2, 3].map((count) => afterCrash(Array(count).fill(now - 1000), now));
  expect(delays).toEqual([1, 2, 4, 8].map((s) => ({ action: "restart", delayMs: s * 1000 })));
  expect(afterCrash(Array(4).fill(now - 59_000), now)).toEqual({ action: "give-up", crashes: 5 });
});

test("crashes of more than a minute ago are forgotten", () => {
  const old = Array(20).fill(0);
  expect(afterCrash(old, 60_000)).toEqual({ action: "restart", delayMs: 1000 });
});
