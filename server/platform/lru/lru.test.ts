import { expect, test } from "vitest";
import { Lru } from "./index";

test("holds no more than its bound, and drops what was used longest ago", () => {
  const cache = new Lru<number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  expect(cache.get("a")).toBe(1);
  cache.set("c", 3);
  expect([cache.get("a"), cache.get("b"), cache.get("c"), cache.size]).toEqual([
    1,
    undefined,
    3,
    2,
  ]);
});
