import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { declaredColumns, readCatalog } from "./catalog";

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const COLUMNS = [
  "s VARCHAR COLLATE NOCASE DEFAULT 'it''s, (COLLATE de'",
  `"odd ""n, (" TEXT COLLATE "NOCASE".NOACCENT NOT NULL`,
  `"COLLATE" VARCHAR CHECK ("COLLATE" COLLATE NOCASE <> 'x')`,
  `"GENERATED" ENUM('a COLLATE b', 'GENERATED ALWAYS, (''')`,
  "日本 VARCHAR COLLATE nocase UNIQUE",
  "g INTEGER GENERATED ALWAYS AS (40 + 2)",
  "h VARCHAR GENERATED ALWAYS AS (s || ', i GENERATED ALWAYS')",
  "w AS (s)",
  "n MAP(VARCHAR, STRUCT(a INTEGER, b DECIMAL(4, 2)[]))",
  "d TIMESTAMP WITH TIME ZONE DEFAULT now()",
  `"PRIMARY" VARCHAR COLLATE NOCASE`,
  "PRIMARY KEY (s)",
];

test("the catalog tells collations and generated columns, whatever they are called", async () => {
  await connection.run(`CREATE TABLE "t (x COLLATE y," (${COLUMNS.join(", ")})`);
  const [table] = await readCatalog(connection);
  expect(table?.columns.map((column) => [column.name, column.type, column.is_generated])).toEqual([
    ["s", "VARCHAR COLLATE NOCASE", undefined],
    ['odd "n, (', "VARCHAR COLLATE NOCASE.NOACCENT", undefined],
    ["COLLATE", "VARCHAR", undefined],
    ["GENERATED", "ENUM('a COLLATE b', 'GENERATED ALWAYS, (''')", undefined],
    ["日本", "VARCHAR COLLATE nocase", undefined],
    ["g", "INTEGER", true],
    ["h", "VARCHAR", true],
    ["w", "VARCHAR COLLATE NOCASE", true],
    ["n", "MAP(VARCHAR, STRUCT(a INTEGER, b DECIMAL(4,2)[]))", undefined],
    ["d", "TIMESTAMP WITH TIME ZONE", undefined],
    ["PRIMARY", "VARCHAR COLLATE NOCASE", undefined],
  ]);
});

test("no text is too odd to be read", () => {
  for (const sql of ["", "CREATE TABLE", "((((", "))),(", "'\"", "a.b(COLLATE)"]) {
    expect(declaredColumns(sql).size).toBe(0);
  }
});
