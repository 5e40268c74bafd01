import { expect, test } from "vitest";
import { estimateDistinct } from "./statistics";

test("a sample of unique values means unique values in the whole", () => {
  expect(estimateDistinct({ rows: 100, distinct: 100, once: 100, total: 5000 })).toBe(5000);
});

test("a sample that repeats all its values has seen them all", () => {
  expect(estimateDistinct({ rows: 1000, distinct: 3, once: 0, total: 1_000_000 })).toBe(3);
});

test("a whole column is counted, an empty one has nothing", () => {
  expect(estimateDistinct({ rows: 50, distinct: 40, once: 35, total: 50 })).toBe(40);
  expect(estimateDistinct({ rows: 0, distinct: 0, once: 0, total: 0 })).toBe(0);
});
