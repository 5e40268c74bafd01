import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Change } from "@/server/contracts";
import { openTestDatabase, type TestDatabase } from "../testing/duckdb";
import { compilePlan } from "./compile-plan";

let db: TestDatabase;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const PROJECTS = [
  `CREATE TABLE projects (project_id INTEGER PRIMARY KEY, status VARCHAR DEFAULT 'A' NOT NULL,
    created VARCHAR, years INTEGER CHECK (years > 0), UNIQUE (status, project_id))`,
  "CREATE INDEX by_years ON projects (years)",
  `INSERT INTO projects SELECT (i * 7919) % 5003, 'ABC'[1 + i % 3],
    CAST(DATE '2020-01-01' + CAST((i * 31) % 997 AS INTEGER) AS VARCHAR), 1 + i % 40
    FROM range(5000) r(i)`,
];
const setUp = async (statements = PROJECTS) => {
  for (const sql of statements) await db.run(sql);
  return db.schema();
};
const order: Change = { kind: "cluster_table", table: "projects", keys: ["created"] };
const toDate: Change = {
  kind: "change_type",
  table: "projects",
  column: "created",
  from: "VARCHAR",
  to: { name: "DATE" },
};

describe("compilePlan", () => {
  test("compiles the specification's index as the specification writes it", async () => {
    await db.run("CREATE TABLE projects (status VARCHAR)");
    const plan = compilePlan(await db.schema(), [
      { kind: "add_index", table: "projects", column: "status" },
    ]);
    expect(plan.statements).toEqual(["CREATE INDEX idx_projects_status ON projects (status);"]);
    expect(plan.revert_statements).toEqual(["DROP INDEX idx_projects_status;"]);
  });

  test("applies types, order and indexes together, and reverts rows, order and schema", async () => {
    const before = await setUp();
    const rows = await db.rows("SELECT * FROM projects");
    const plan = compilePlan(before, [
      { kind: "add_index", table: "projects", column: "created" },
      order,
      toDate,
      { ...toDate, column: "years", from: "INTEGER", to: { name: "TINYINT" } },
      { ...toDate, column: "status", to: { name: "ENUM", values: ["A", "B", "C"] } },
    ]);
    await db.transact(plan.statements);
    const [unsorted] = await db.rows(
      "SELECT count(*) FROM (SELECT created, lag(created) OVER (ORDER BY rowid) AS former FROM projects) WHERE former > created",
    );
    expect(unsorted).toEqual(["0"]);
    const after = (await db.schema()).find((table) => table.name === "projects");
    expect(after?.columns.map((column) => column.type)).toEqual([
      "INTEGER",
      "ENUM('A', 'B', 'C')",
      "DATE",
      "TINYINT",
    ]);
    expect(after?.indexes.map((index) => index.name)).toEqual(["by_years", "idx_projects_created"]);
    expect(after?.constraints).toEqual(before[0]?.constraints);
    await db.run("INSERT INTO projects VALUES (9000, 'B', DATE '2019-05-05', 7)");
    await db.transact(plan.revert_statements);
    expect(await db.schema()).toEqual(before);
    expect(await db.rows("SELECT * FROM projects")).toEqual([
      ...rows,
      ["9000", "B", "2019-05-05", "7"],
    ]);
  });

  test("drops the undo data with the clean-up statements", async () => {
    const plan = compilePlan(await setUp(), [order]);
    await db.transact(plan.statements);
    expect((await db.schema()).map((table) => table.name)).toContain("_sidecar_order_projects");
    await db.transact(plan.cleanup_statements);
    expect((await db.schema()).map((table) => table.name)).toEqual(["projects"]);
  });

  test("changes nothing when a value would not come back as it was", async () => {
    const before = await setUp();
    await db.run("UPDATE projects SET created = '2020-1-5' WHERE project_id = 1");
    const plan = compilePlan(before, [toDate]);
    await expect(db.transact(plan.statements)).rejects.toThrow(/cannot give back unchanged/);
    expect(await db.schema()).toEqual(before);
  });

  test("changes nothing when the default does not fit the new type", async () => {
    const before = await setUp();
    await db.run("DELETE FROM projects WHERE status = 'A'");
    const change: Change = {
      ...toDate,
      column: "status",
      to: { name: "ENUM", values: ["B", "C"] },
    };
    await expect(db.transact(compilePlan(before, [change]).statements)).rejects.toThrow();
    expect(await db.schema()).toEqual(before);
  });

  test.each([
    ["nextval('drawn')", ["CREATE SEQUENCE drawn"]],
    ["nid()", ["CREATE SEQUENCE drawn", "CREATE MACRO nid() AS nextval('drawn')"]],
  ])("draws nothing from the sequence of a default %s", async (fallback, more) => {
    const before = await setUp([
      ...more,
      `CREATE TABLE projects (id INTEGER PRIMARY KEY, created BIGINT DEFAULT (${fallback}))`,
      "INSERT INTO projects SELECT i, i FROM range(50) r(i)",
    ]);
    const plan = compilePlan(before, [{ ...toDate, from: "BIGINT", to: { name: "SMALLINT" } }]);
    await db.transact(plan.statements);
    await db.transact(plan.revert_statements);
    expect(await db.rows("SELECT last_value FROM duckdb_sequences()")).toEqual([["null"]]);
    expect(await db.schema()).toEqual(before);
  });

  test("alters in place, without a rebuild, where DuckDB allows it", async () => {
    const { statements } = compilePlan(await setUp(), [toDate]);
    expect(statements[0]).toBe("ALTER TABLE projects ADD COLUMN _sidecar_lock BOOLEAN;");
    expect(statements.slice(2)).toEqual([
      "DROP INDEX by_years;",
      "ALTER TABLE projects ALTER COLUMN created SET DATA TYPE DATE;",
      "ALTER TABLE projects DROP COLUMN _sidecar_lock;",
      "CREATE INDEX by_years ON projects (years);",
    ]);
  });

  test("reverts a table without primary key in schema, data and row order, ties included", async () => {
    const before = await setUp([
      "CREATE TABLE projects AS SELECT hash(i) % 7 AS created, i AS n FROM range(300000) r(i)",
      "DELETE FROM projects WHERE n % 1000 = 3",
    ]);
    const rows = await db.rows("SELECT n FROM projects ORDER BY rowid");
    const plan = compilePlan(before, [order]);
    await db.transact(plan.statements);
    await db.run("UPDATE projects SET created = 9 WHERE n = 77");
    await db.run("INSERT INTO projects VALUES (1, -1)");
    await db.transact(plan.revert_statements);
    expect(await db.schema()).toEqual(before);
    expect(await db.rows("SELECT n FROM projects ORDER BY rowid")).toEqual([...rows, ["-1"]]);
    expect(await db.rows("SELECT created FROM projects WHERE n = 77")).toEqual([["9"]]);
  });

  test("loses no row to a revert where rows were deleted and the file was checkpointed meanwhile", async () => {
    const before = await setUp([
      "CREATE TABLE projects AS SELECT hash(i) % 7 AS created, i AS n FROM range(300000) r(i)",
    ]);
    const plan = compilePlan(before, [order]);
    await db.transact(plan.statements);
    await db.run("DELETE FROM projects WHERE n < 200000");
    await db.run("CHECKPOINT");
    const sums = "SELECT sum(n), count(*), count(DISTINCT n) FROM projects";
    const left = await db.rows(sums);
    await db.transact(plan.revert_statements);
    expect(await db.rows(sums)).toEqual(left);
  });

  test("refuses an order where a column named rowid hides the row numbers", async () => {
    const before = await setUp(["CREATE TABLE projects (created INTEGER, rowid INTEGER)"]);
    expect(() => compilePlan(before, [order])).toThrowError(/column named rowid/);
  });

  test.each([
    ["rebuild", [order]],
    ["change of type", [toDate]],
  ])("never loses what others write during a %s: they get a conflict", async (_, changes) => {
    const plan = compilePlan(await setUp(), changes);
    const other = await db.connect();
    const writes = [
      "INSERT INTO projects VALUES (9000, 'B', '2019-05-05', 7)",
      "UPDATE projects SET created = '2019-05-05' WHERE project_id = 1",
      "DELETE FROM projects WHERE project_id = 2",
    ];
    const before = await db.rows("SELECT * FROM projects ORDER BY ALL");
    await db.run("BEGIN");
    for (const statement of plan.statements) {
      await db.run(statement);
      for (const write of writes) await expect(other.run(write)).rejects.toThrow(/altered|dropped/);
    }
    await db.run("COMMIT");
    expect(await db.rows("SELECT * FROM projects ORDER BY ALL")).toEqual(before);
    await other.run("DELETE FROM projects WHERE project_id = 2");
    other.close();
  });

  test("keeps a foreign key of the rebuilt table", async () => {
    const before = await setUp([
      "CREATE TABLE owners (id INTEGER PRIMARY KEY)",
      "CREATE TABLE projects (created INTEGER PRIMARY KEY, owner INTEGER REFERENCES owners (id))",
      "INSERT INTO owners VALUES (1)",
      "INSERT INTO projects VALUES (5, 1), (3, 1)",
    ]);
    const plan = compilePlan(before, [order]);
    await db.transact(plan.statements);
    await expect(db.run("INSERT INTO projects VALUES (9, 9)")).rejects.toThrow(/foreign key/i);
    await db.transact(plan.revert_statements);
    expect(await db.schema()).toEqual(before);
  });

  test.each<[string, string[], Change[]]>([
    ["an unknown table", [], [order]],
    ["an unknown column", ["CREATE TABLE projects (a INTEGER)"], [order]],
    ["two orders", ["CREATE TABLE projects (created INTEGER)"], [order, order]],
    [
      "a second index",
      ["CREATE TABLE projects (created INTEGER PRIMARY KEY)"],
      [{ kind: "add_index", table: "projects", column: "created" }],
    ],
    [
      "a table a foreign key points to",
      [
        "CREATE TABLE projects (created INTEGER PRIMARY KEY)",
        "CREATE TABLE child (id INTEGER REFERENCES projects (created))",
      ],
      [order],
    ],
    [
      "generated columns",
      ["CREATE TABLE projects (created INTEGER, g INTEGER GENERATED ALWAYS AS (created + 1))"],
      [order],
    ],
  ])("refuses %s as not executable", async (_, statements, changes) => {
    const tables = await setUp(statements);
    expect(() => compilePlan(tables, changes)).toThrowError(
      expect.objectContaining({ code: "not_executable" }),
    );
  });

  test("refuses type, default and constraint texts that reach beyond their place", () => {
    const table = (more: { type?: string; default_sql?: string }) => ({
      name: "projects",
      row_count: 0,
      estimated_bytes: 0,
      columns: [
        {
          name: "created",
          type: "DATE",
          nullable: true,
          default_sql: null,
          statistics: null,
          ...more,
        },
      ],
      indexes: [],
      constraints: [],
    });
    for (const type of [
      "INTEGER); DROP TABLE x; --",
      "INTEGER DEFAULT 5",
      "INTEGER, b INTEGER",
      "DATE /*",
      "ENUM('a'",
      "INTEGER[5), (",
    ]) {
      expect(() => compilePlan([table({ type })], [order])).toThrow(/not understood/);
    }
    for (const text of ["1); DROP TABLE x; --", "1) , (", "'a", "1 -- x", "$$a$$"]) {
      expect(() => compilePlan([table({ default_sql: text })], [order])).toThrow(/safely/);
    }
    for (const type of [
      "DECIMAL(20,2)",
      'STRUCT(a INTEGER, "b c" VARCHAR)[]',
      "INTEGER[3]",
      "ENUM('a;', 'b''c')",
      "TIMESTAMP WITH TIME ZONE",
      "MAP(VARCHAR, INTEGER[])",
    ]) {
      expect(compilePlan([table({ type })], [order]).statements.length).toBeGreaterThan(0);
    }
  });
});
