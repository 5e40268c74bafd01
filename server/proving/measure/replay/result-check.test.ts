import { expect, it } from "vitest";
import { areResultsEqual, type ResultSum } from "./result-check";

const sum = (value: number): ResultSum => ({
  ...{ rows: "2", exact: "x", columns: [{ name: "ratio", type: "DOUBLE" }] },
  floats: [{ sum: value, magnitude: Math.abs(value) }],
});

it("takes floating-point sums for equal within their rounding, infinite ones by their sign", () => {
  const { POSITIVE_INFINITY: infinity, NaN: none } = Number;
  expect(areResultsEqual(sum(1e6), sum(1e6 + 1e-4), false)).toBe(true);
  expect(areResultsEqual(sum(1e6), sum(1e6 + 1), false)).toBe(false);
  expect(areResultsEqual(sum(infinity), sum(infinity), false)).toBe(true);
  expect(areResultsEqual(sum(infinity), sum(-infinity), false)).toBe(false);
  expect(areResultsEqual(sum(none), sum(none), false)).toBe(true);
  expect(areResultsEqual(sum(infinity), sum(1), false)).toBe(false);
});
