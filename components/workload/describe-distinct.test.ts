import { expect, test } from "vitest";
import type { ColumnSchema, TableSchema } from "@/server/contracts";
import { describeDistinct } from "./describe-distinct";

const column = (change: Partial<ColumnSchema> = {}): ColumnSchema => ({
  ...{ name: "id", type: "BIGINT", nullable: true, default_sql: null },
  statistics: { distinct_count: 3_012_345, null_fraction: 0, min: null, max: null },
  ...change,
});
const table = (change: Partial<TableSchema> = {}): TableSchema => ({
  ...{ name: "t", row_count: 3_000_004, estimated_bytes: 0, indexes: [], constraints: [] },
  columns: [column()],
  ...change,
});
const key = (type: "PRIMARY KEY" | "UNIQUE", ...columns: string[]) => ({ type, columns, sql: "" });

test("a key of one column proves the number of its values", () => {
  const primary = table({ constraints: [key("PRIMARY KEY", "id")] });
  expect(describeDistinct(primary, column())).toBe("3,000,004");
  expect(describeDistinct(primary, column({ statistics: null }))).toBe("3,000,004");
  const unique = table({ constraints: [key("UNIQUE", "id")] });
  expect(describeDistinct(unique, column({ nullable: false }))).toBe("3,000,004");
  const index = { name: "i", columns: ["id"], is_unique: true, sql: "" };
  expect(describeDistinct(table({ indexes: [index] }), column({ nullable: false }))).toBe(
    "3,000,004",
  );
});

test("what no key proves is marked as approximate, and never more than the rows", () => {
  expect(describeDistinct(table(), column())).toBe("≈ 3,000,004");
  const pair = table({ constraints: [key("PRIMARY KEY", "id", "part")] });
  expect(describeDistinct(pair, column())).toMatch(/^≈/);
  // Of a unique column any number of rows may be NULL.
  const nullable = table({ constraints: [key("UNIQUE", "id")] });
  expect(describeDistinct(nullable, column())).toMatch(/^≈/);
  expect(describeDistinct(table(), column({ statistics: null }))).toBe("–");
});
