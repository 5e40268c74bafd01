import fc from "fast-check";
import { expect, test } from "vitest";
import { isDeeperThan } from "./nesting";

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test("tells the depth of any JSON, whatever its texts hold", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), fc.nat(9), (text, levels) => {
      expect(isDeeperThan(levels, text)).toBe(depthOf(JSON.parse(text)) > levels);
    }),
  );
  expect(isDeeperThan(1, '{"a\\\\":"[[[[","b\\"[[":1}')).toBe(false);
  expect(isDeeperThan(0, '"[[[["')).toBe(false);
});

test("a million brackets take no stack and little time", () => {
  const begun = performance.now();
  expect(isDeeperThan(2_000_000, "[".repeat(1_000_000))).toBe(false);
  expect(isDeeperThan(64, "[".repeat(1_000_000))).toBe(true);
  expect(performance.now() - begun).toBeLessThan(1000);
});
