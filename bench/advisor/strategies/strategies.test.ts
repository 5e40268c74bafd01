import fc from "fast-check";
import { expect, test } from "vitest";
import type { Change, TableSchema } from "@/server/contracts";
import { areCompatible, isQueryChange, takeCompatible } from "./compatible";
import { capFor, enumerateSubsets } from "./subsets";

const TABLE: TableSchema = {
  name: "orders",
  row_count: 1000,
  estimated_bytes: 1000,
  columns: ["id", "code", "day"].map((name) => ({
    ...{ name, type: "VARCHAR", nullable: true, default_sql: null, statistics: null },
  })),
  indexes: [],
  constraints: [{ type: "PRIMARY KEY", columns: ["id"], sql: "PRIMARY KEY(id)" }],
};
const index = (column: string): Change => ({ kind: "add_index", table: "orders", column });
const order = (key: string): Change => ({ kind: "cluster_table", table: "orders", keys: [key] });
const type = (name: "DATE" | "TIMESTAMP"): Change => ({
  ...{ kind: "change_type", table: "orders", column: "day", from: "VARCHAR", to: { name } },
});
const rewrite = (fingerprint: string): Change => ({
  ...{ kind: "rewrite_query", table: "orders", rule: "top_n" },
  rewrites: [{ fingerprint, sql: "SELECT 1" }],
});

test("all subsets of two and more are found once when nothing conflicts", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), (count) => {
      const found = enumerateSubsets(count, () => true);
      expect(found).toHaveLength(2 ** count - 1 - count);
      expect(new Set(found.map(String)).size).toBe(found.length);
    }),
  );
});

test("no subset holds a conflicting pair, and none without one is missed", () => {
  const pairs = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 6 });
  fc.assert(
    fc.property(pairs, (conflicts) => {
      const isFree = (members: readonly number[]) =>
        !conflicts.some(([a, b]) => a !== b && members.includes(a) && members.includes(b));
      const all = enumerateSubsets(6, () => true).filter(isFree);
      expect(enumerateSubsets(6, isFree)).toEqual(all);
    }),
  );
});

test("the search takes at most 8 candidates, and fewer when its time is short", () => {
  const all = () => true;
  expect(capFor(12, 100_000, all)).toBe(8);
  // 57 sets of two or more among six.
  expect(capFor(12, 57, all)).toBe(6);
  expect(capFor(12, 56, all)).toBe(5);
  expect(capFor(12, 0, all)).toBe(1);
  expect(capFor(12, 0, () => false)).toBe(8);
  expect(capFor(0, 10, all)).toBe(0);
});

test("two orders of a table, two types of a column and two texts of a query exclude each other", () => {
  expect(areCompatible([TABLE], [order("day"), order("code")])).toBe(false);
  expect(areCompatible([TABLE], [type("DATE"), type("TIMESTAMP")])).toBe(false);
  expect(areCompatible([TABLE], [rewrite("a"), rewrite("a")])).toBe(false);
  expect(areCompatible([TABLE], [rewrite("a"), rewrite("b"), order("day"), type("DATE")])).toBe(
    true,
  );
});

test("changes are taken in order; what is impossible or excluded by an earlier one is left out", () => {
  const wanted = [index("id"), order("day"), index("code"), order("code"), index("code")];
  expect(takeCompatible([TABLE], wanted)).toEqual([order("day"), index("code")]);
});

test("a rewritten query is a change of the product's code, not of its schema", () => {
  expect([rewrite("a"), index("code")].map(isQueryChange)).toEqual([true, false]);
});
