import { expect, test } from "vitest";
import type { ColumnSchema } from "@/server/contracts";
import { checkProposal, findTarget, Proposal } from "./check-proposal";

const column = (type: string, range: { min?: string; max?: string } = {}): ColumnSchema => ({
  ...{ name: "c", type, nullable: true, default_sql: null },
  statistics: { distinct_count: 2, null_fraction: 0, min: null, max: null, ...range },
});

const check = (operation: string, details: Record<string, unknown>, existing?: ColumnSchema) =>
  checkProposal(Proposal.parse({ operation, details: { table: "projects", ...details } }), {
    table: undefined,
    column: existing,
  });

test.each([
  ["a type that is none", { column_name: "a", column_type: "BANANA; DROP" }, "invalid_type"],
  ["no type", { column_name: "a" }, "invalid_type"],
  ["a type that is no text", { column_name: "a", column_type: 5 }, "invalid_type"],
  [
    "a name with a statement in it",
    { column_name: "x UUID); DROP TABLE projects; --", column_type: "UUID" },
    "invalid_name",
  ],
  ["a quoted name", { column_name: '"x"', column_type: "UUID" }, "invalid_name"],
  ["a name with a comment sign", { column_name: "x--", column_type: "UUID" }, "invalid_name"],
  ["no name", { column_type: "UUID" }, "invalid_name"],
  ["an endless name", { column_name: "x".repeat(201), column_type: "UUID" }, "invalid_name"],
  ["an invisible letter", { column_name: "x\u200by", column_type: "UUID" }, "invalid_name"],
])("a column with %s is refused with the reason", async (_, details, reason) => {
  expect(await check("add_column", details)).toMatchObject({
    ...{ opinion: "reject", reason },
    detail: expect.stringMatching(/\.$/),
  });
});

test.each(["risk_id", "Größe", "order lines", "Amount (EUR)", "a.b", "km/h", "日本"])(
  "a column may be named %s",
  async (column_name) => {
    expect(await check("add_column", { column_name, column_type: "DECIMAL(10,2)" })).toBeNull();
  },
);

test("a table's own name and each of its columns are checked", async () => {
  const columns = [{ name: "id", type: "UUID" }];
  const add = (details: Record<string, unknown>) => check("add_table", details);
  expect(await add({ table: "notes", columns })).toBeNull();
  expect(await add({ table: "notes; --", columns })).toMatchObject({ reason: "invalid_name" });
  const odd = [...columns, { name: "b", type: "BANANA" }];
  expect(await add({ table: "notes", columns: odd })).toMatchObject({ reason: "invalid_type" });
  const quoted = [...columns, { name: "'b'", type: "UUID" }];
  expect(await add({ table: "notes", columns: quoted })).toMatchObject({ reason: "invalid_name" });
});

test("the new name of a column is checked where it is told", async () => {
  const rename = (new_name: unknown) => check("rename_column", { column_name: "a", new_name });
  expect(await rename("b")).toBeNull();
  expect(await rename("b; DROP")).toMatchObject({ reason: "invalid_name" });
});

test.each([
  ["UUID", "TINYINT", "reject"],
  ["BIGINT", "INTEGER", "counter"],
  ["DECIMAL(20,2)", "DOUBLE", "counter"],
  ["SOMETHING_OF_AN_EXTENSION", "VARCHAR", "reject"],
])("a change from %s to %s is not accepted", async (from, to, opinion) => {
  const found = await check("change_type", { column_name: "c", column_type: to }, column(from));
  expect(found).toMatchObject({ opinion, reason: "lossy_type" });
});

test("a change that the types allow is refused when an observed value does not fit, which is not told", async () => {
  const details = { column_name: "c", column_type: "TIMESTAMP_NS" };
  const late = column("DATE", { min: "2020-01-01", max: "2999-01-01" });
  const found = await check("change_type", details, late);
  expect(found).toMatchObject({ opinion: "counter", reason: "lossy_type" });
  expect(found?.detail).toContain("largest");
  expect(found?.detail).not.toContain("2999");
  expect(await check("change_type", details, column("DATE", { max: "2021-01-01" }))).toBeNull();
});

test("names are found as DuckDB finds them: whatever their case", () => {
  const table = {
    ...{ name: "Projects", row_count: 1, estimated_bytes: 0, indexes: [], constraints: [] },
    columns: [column("UUID")],
  };
  const schema = {
    ...{ product_id: "p", domain: "d", duckdb_version: "v1", threads: 1, data_version: "1" },
    ...{ schema_fingerprint: "f", tables: [table] },
  };
  const { details } = Proposal.parse({
    operation: "drop_column",
    details: { table: "PROJECTS", column_name: "C" },
  });
  expect(findTarget(schema, details)).toEqual({ table, column: table.columns[0] });
});
