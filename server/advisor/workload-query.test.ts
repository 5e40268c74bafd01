import { afterAll, beforeAll, expect, test } from "vitest";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { describeQuery, proposeCandidates } from "./index";
import { column, statistics, table, workload } from "./testing/advice";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const TABLES = [
  table([column("owner", "INTEGER", { statistics: statistics(2_900_000) })], {
    name: "orders",
    row_count: 3_000_000,
  }),
];

test.each([
  ["orders", true],
  ["main.orders", true],
  ["staging.orders", false],
])("advice on orders heeds queries of orders alone: FROM %s", async (from, isHeeded) => {
  const sql = `SELECT * FROM ${from} WHERE owner = 5`;
  const seen = await workload(parser, TABLES, [{ sql, calls: 9, mean_ms: 5 }]);
  const queries = await Promise.all(
    seen.map(({ pattern }) => describeQuery(parser, pattern, TABLES)),
  );
  const { candidates } = proposeCandidates({ tables: TABLES, queries });
  expect(candidates.length > 0).toBe(isHeeded);
});
