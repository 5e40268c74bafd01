import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Change } from "@/server/contracts";
import { openTestDatabase, type TestDatabase } from "../testing/duckdb";
import { compilePlan } from "./compile-plan";

let db: TestDatabase;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const setUp = async (...statements: string[]) => {
  for (const sql of statements) await db.run(sql);
  return db.schema();
};
const refused = expect.objectContaining({ code: "not_executable" });

describe("a collated column", () => {
  const CREATE = "CREATE TABLE t (id INTEGER PRIMARY KEY, s VARCHAR COLLATE NOCASE.NOACCENT)";
  const INSERT = "INSERT INTO t VALUES (3, 'Zoé'), (2, 'Bob'), (1, 'ann'), (4, 'bob')";
  const queries = [
    "SELECT id FROM t WHERE s = 'BOB' ORDER BY id",
    "SELECT s FROM t ORDER BY s, id",
    "SELECT id FROM t WHERE s = 'zoe'",
  ];
  const answers = () => Promise.all(queries.map((sql) => db.rows(sql)));

  test.each<Change>([
    { kind: "cluster_table", table: "t", keys: ["id"] },
    { kind: "cluster_table", table: "t", keys: ["s"] },
    { kind: "add_constraint", table: "t", constraint: "UNIQUE", columns: ["s", "id"] },
  ])("compares as before through a rebuild and its revert: %o", async (change) => {
    const before = await setUp(CREATE, INSERT);
    const [answered, rows] = [await answers(), await db.rows("SELECT * FROM t")];
    expect(answered[0]).toEqual([["2"], ["4"]]);
    const plan = compilePlan(before, [change]);
    expect(plan.statements.join()).toContain("CREATE TABLE _sidecar_new_t");
    await db.transact(plan.statements);
    expect(await answers()).toEqual(answered);
    await db.transact(plan.revert_statements);
    expect(await answers()).toEqual(answered);
    expect(await db.rows("SELECT * FROM t")).toEqual(rows);
    expect(await db.schema()).toEqual(before);
  });

  test("is no key to find rows by: a revert would bring 'a' and 'A' back twice", async () => {
    const before = await setUp(
      "CREATE TABLE t (s VARCHAR COLLATE NOCASE PRIMARY KEY, id INTEGER)",
      "INSERT INTO t VALUES ('b', 1), ('a', 3), ('A', 2)",
    );
    const plan = compilePlan(before, [{ kind: "cluster_table", table: "t", keys: ["id"] }]);
    await db.transact(plan.statements);
    await db.transact(plan.revert_statements);
    expect(await db.rows("SELECT id FROM t ORDER BY id")).toEqual([["1"], ["2"], ["3"]]);
    expect(await db.schema()).toEqual(before);
  });

  test("keeps its type", async () => {
    const tables = await setUp(CREATE);
    const from = "VARCHAR COLLATE NOCASE.NOACCENT";
    for (const to of [{ name: "UUID" as const }, { name: "ENUM" as const, values: ["Bob"] }]) {
      const change: Change = { kind: "change_type", table: "t", column: "s", from, to };
      expect(() => compilePlan(tables, [change])).toThrowError(refused);
    }
  });

  test("is not understood when anything else follows", async () => {
    const [table] = await setUp(CREATE);
    const order: Change = { kind: "cluster_table", table: "t", keys: ["id"] };
    for (const type of [
      "VARCHAR COLLATE",
      "VARCHAR COLLATE NOCASE DEFAULT 5",
      "VARCHAR COLLATE NOCASE, b INTEGER",
      "VARCHAR COLLATE NOCASE.",
      "VARCHAR COLLATE 'x'",
      "INTEGER COLLATE NOCASE",
    ]) {
      const columns = (table?.columns ?? []).map((column) => ({ ...column, type }));
      expect(() => compilePlan(table ? [{ ...table, columns }] : [], [order])).toThrow(
        /not understood/,
      );
    }
  });
});

test.each(["40 + 2", "'a' || 'b'", "id + 1"])(
  "a column generated as %s is not stored by a rebuild: the plan is refused",
  async (expression) => {
    const tables = await setUp(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, g VARCHAR GENERATED ALWAYS AS (${expression}))`,
    );
    const change: Change = { kind: "cluster_table", table: "t", keys: ["id"] };
    expect(() => compilePlan(tables, [change])).toThrowError(refused);
  },
);

describe("a default that names a column", () => {
  const order: Change = { kind: "cluster_table", table: "t", keys: ["id"] };
  const untold = async (...statements: string[]) => {
    const tables = await setUp(...statements);
    return tables.map(({ columns, ...table }) => ({
      ...table,
      columns: columns.map(({ is_generated: _, ...column }) => column),
    }));
  };

  test("is a plain one where the name is a function's, a type's or a text's", async () => {
    const tables = await setUp(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, uuid UUID DEFAULT uuid(), note VARCHAR DEFAULT 'the id',
        date DATE DEFAULT CAST('2020-01-01' AS DATE), decimal DECIMAL(9,2) DEFAULT 1::DECIMAL(9,2),
        "timestamp with time zone" TIMESTAMPTZ DEFAULT '2020-01-01'::TIMESTAMPTZ)`,
      "INSERT INTO t (id) VALUES (2), (1)",
    );
    const plan = compilePlan(tables, [order]);
    await db.transact(plan.statements);
    await db.run("INSERT INTO t (id) VALUES (3)");
    const rows = await db.rows("SELECT id, date, decimal, note FROM t");
    expect(rows).toEqual(["1", "2", "3"].map((id) => [id, "2020-01-01", "1.00", "the id"]));
  });

  test.each(["id + 1", "CAST(id AS BIGINT)", "abs(id)", "CAST(CAST(1 AS BIGINT) + id AS BIGINT)"])(
    "is taken for a generated column where a product does not tell: %s",
    async (expression) => {
      const tables = await untold(
        `CREATE TABLE t (id INTEGER PRIMARY KEY, g BIGINT AS (${expression}))`,
      );
      expect(() => compilePlan(tables, [order])).toThrowError(refused);
    },
  );
});

test("a column of a named type refers to no type: DuckDB keeps none of its name, so a rebuild loses none", async () => {
  const ddl = (table: string) =>
    db.rows(`SELECT sql FROM duckdb_tables() WHERE table_name = '${table}'`);
  const before = await setUp(
    "CREATE TYPE mood AS ENUM ('a', 'b')",
    "CREATE TABLE t (id INTEGER, m mood, PRIMARY KEY (id))",
    "INSERT INTO t VALUES (2, 'a'), (1, 'b')",
  );
  const declared = await ddl("t");
  expect(declared).toEqual([["CREATE TABLE t(id INTEGER, m ENUM('a', 'b'), PRIMARY KEY(id));"]]);
  // Nothing depends on it: it may be dropped while the column stays.
  await db.run("DROP TYPE mood");
  await db.run("CREATE TYPE mood AS ENUM ('a', 'b')");
  const plan = compilePlan(before, [{ kind: "cluster_table", table: "t", keys: ["id"] }]);
  await db.transact(plan.statements);
  expect(await ddl("t")).toEqual(declared);
  expect(await db.rows("SELECT id FROM t WHERE m = 'b'::mood")).toEqual([["1"]]);
  await db.transact(plan.revert_statements);
  expect(await db.schema()).toEqual(before);
});
