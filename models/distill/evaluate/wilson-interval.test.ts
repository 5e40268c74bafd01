import { expect, test } from "vitest";
import { wilsonInterval } from "./wilson-interval";

test("agrees with a published interval: 81 of 263 (Newcombe 1998, table I)", () => {
  const { low, high } = wilsonInterval(81, 263);
  expect(low).toBeCloseTo(0.2553, 4);
  expect(high).toBeCloseTo(0.3662, 4);
});

test("stays within 0 and 1 where every answer, or none, is right", () => {
  expect(wilsonInterval(20, 20).high).toBe(1);
  expect(wilsonInterval(20, 20).low).toBeCloseTo(0.8389, 4);
  expect(wilsonInterval(0, 20).low).toBeCloseTo(0, 10);
  expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
});
