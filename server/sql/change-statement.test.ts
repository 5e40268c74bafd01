import { expect, test } from "vitest";
import type { Change } from "@/server/contracts";
import { changeStatement, readChangeStatement } from ".";

const column = (name: string, type = "VARCHAR") => ({ name, type });
const TABLES = [
  {
    name: "projects",
    columns: [column("id", "BIGINT"), column("status"), column("Created at", "DATE")],
    indexes: [{ name: "projects_by_status" }],
  },
  { name: "Order", columns: [column("a"), column("b")], indexes: [] },
];
const read = (sql: string) => readChangeStatement(sql, TABLES);

test.each<Change>([
  { kind: "add_index", table: "projects", column: "Created at" },
  { kind: "drop_index", table: "projects", index: "projects_by_status" },
  { kind: "cluster_table", table: "projects", keys: ["Created at", "id"] },
  { kind: "cluster_table", table: "projects", keys: ["Created at"], step: "week" },
  { kind: "cluster_table", table: "projects", keys: ["id"], step: 1000 },
  { kind: "cluster_table", table: "Order", keys: ["a", "b"], curve: "morton" },
  {
    ...{ kind: "change_type", table: "projects", column: "status", from: "VARCHAR" },
    to: { name: "ENUM", values: ["it's", "b;c", 'd"e'] },
  },
  {
    ...{ kind: "change_type", table: "projects", column: "id", from: "BIGINT" },
    to: { name: "INTEGER" },
  },
  {
    kind: "add_constraint",
    table: "projects",
    constraint: "PRIMARY KEY",
    columns: ["id", "status"],
  },
  { kind: "add_constraint", table: "projects", constraint: "NOT NULL", columns: ["status"] },
  ...[null, "it's", -1.5, 3, true, "12345678901234567890"].map((value) => ({
    ...{ kind: "add_column" as const, table: "projects", column: "new one", type: "DECIMAL(10,2)" },
    ...{ default: value, is_required: false, references: null },
  })),
])("is read back to the very change: %j", (change) => {
  expect(read(changeStatement(change) ?? "")).toEqual(change);
});

test.each<[string, string, Partial<Change>]>([
  [
    "other cases and spaces",
    "create index X on PROJECTS ( STATUS ) ;",
    { kind: "add_index", column: "status" },
  ],
  ["comments", "-- why\nDROP INDEX /* this */ projects_by_status", { kind: "drop_index" }],
  [
    "no SELECT *",
    "CREATE OR REPLACE TABLE projects AS FROM projects ORDER BY id ASC, status",
    { keys: ["id", "status"] },
  ],
  [
    "another word for it",
    "ALTER TABLE projects ALTER id SET DATA TYPE INTEGER",
    { kind: "change_type" },
  ],
])("takes %s", (_, sql, change) => {
  expect(read(sql)).toMatchObject(change);
});

test.each([
  ["another statement", "DROP TABLE projects", /Only these changes/],
  [
    "a second statement",
    "DROP INDEX projects_by_status; DROP TABLE projects",
    /end of the statement/,
  ],
  ["a query", "SELECT * FROM projects", /Only these changes/],
  ["an empty text", " ", /Only these changes/],
  ["an unknown table", "CREATE INDEX i ON nowhere (a)", /no table nowhere/],
  ["an unknown column", "CREATE INDEX i ON projects (a)", /no column a/],
  ["an unknown index", "DROP INDEX other", /no index other/],
  ["an index of two columns", "CREATE INDEX i ON projects (id, status)", /one column/],
  ["an index of an expression", "CREATE INDEX i ON projects (lower(status))", /Expected \)/],
  ["a unique index", "CREATE UNIQUE INDEX i ON projects (id)", /Only these changes/],
  [
    "a schema before the table",
    "CREATE INDEX i ON main.projects (id)",
    /without what it belongs to/,
  ],
  [
    "rows left out",
    "CREATE OR REPLACE TABLE projects AS SELECT * FROM projects WHERE id = 1 ORDER BY id",
    /ORDER BY/,
  ],
  [
    "columns left out",
    "CREATE OR REPLACE TABLE projects AS SELECT id FROM projects ORDER BY id",
    /Expected FROM/,
  ],
  ["another source", 'CREATE OR REPLACE TABLE projects AS FROM "Order" ORDER BY a', /FROM itself/],
  [
    "a falling order",
    "CREATE OR REPLACE TABLE projects AS FROM projects ORDER BY id DESC",
    /ascending/,
  ],
  [
    "a limit",
    "CREATE OR REPLACE TABLE projects AS FROM projects ORDER BY id LIMIT 5",
    /end of the statement/,
  ],
  [
    "an unknown unit",
    "CREATE OR REPLACE TABLE projects AS FROM projects ORDER BY date_trunc('decade', id)",
    /one of year/,
  ],
  [
    "ranges of nothing",
    "CREATE OR REPLACE TABLE projects AS FROM projects ORDER BY id // 0",
    /2 or more/,
  ],
  ["a type of no use", "ALTER TABLE projects ALTER id TYPE DOUBLE", /can become/],
  ["a conversion", "ALTER TABLE projects ALTER id TYPE INTEGER USING 1", /can become/],
  ["dropping a column", "ALTER TABLE projects DROP COLUMN id", /Expected ADD/],
  [
    "a default that is computed",
    "ALTER TABLE projects ADD COLUMN c INTEGER DEFAULT random()",
    /default is a value|constraints/,
  ],
  [
    "a column with constraints",
    "ALTER TABLE projects ADD COLUMN c INTEGER NOT NULL",
    /constraints/,
  ],
  ["a column without a type", "ALTER TABLE projects ADD COLUMN c", /type/],
])("refuses %s with the reason", (_, sql, message) => {
  expect(() => read(sql)).toThrow(
    expect.objectContaining({ code: "invalid_input", message: expect.stringMatching(message) }),
  );
});
