import { expect, test } from "vitest";
import { column, statistics } from "../../testing/advice";
import { orderStep } from "./order-step";

const of = (type: string, values: number, min: string, max: string) =>
  column("key", type, { statistics: statistics(values, min, max) });

test.each([
  ["a date key in numbers: months", of("INTEGER", 2556, "19920101", "19981230"), 600_000, 100],
  ["days of ten years in 24 row groups", of("DATE", 3650, "2010-01-01", "2020-01-01"), 3e6, "week"],
  [
    "hours of a month",
    of("TIMESTAMP", 40_000, "2024-01-01", "2024-02-01 00:00:00"),
    900_000,
    "hour",
  ],
])("gives the widest step that skips as much: %s", (_, key, rows, step) => {
  expect(orderStep(key, rows)?.step).toBe(step);
});

test.each([
  ["fewer than 16 rows a value: packed anyway", of("INTEGER", 50_000, "0", "50000"), 600_000],
  ["more than two vectors of rows a value", of("INTEGER", 100, "0", "100"), 600_000],
  ["no range of two values is fine enough", of("DATE", 300, "2024-01-01", "2024-10-27"), 1_200_000],
  ["no row group can be skipped", of("DATE", 3650, "2010-01-01", "2020-01-01"), 245_759],
  ["text has no ranges", of("VARCHAR", 2556, "1992", "1998"), 600_000],
  ["nothing is known of it", column("key", "INTEGER"), 600_000],
])("none where %s", (_, key, rows) => {
  expect(orderStep(key, rows)).toBeNull();
});
