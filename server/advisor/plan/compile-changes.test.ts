import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Change, TableSchema } from "@/server/contracts";
import { openTestDatabase, type TestDatabase } from "../testing/duckdb";
import { compilePlan } from "./compile-plan";

let db: TestDatabase;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const setUp = async (...statements: string[]): Promise<TableSchema[]> => {
  for (const sql of statements) await db.run(sql);
  return db.schema();
};
const TABLE = "CREATE TABLE t (a INTEGER, b INTEGER)";
const add = (constraint: "PRIMARY KEY" | "UNIQUE" | "NOT NULL", ...columns: string[]): Change => ({
  kind: "add_constraint",
  table: "t",
  constraint,
  columns,
});
const drop: Change = { kind: "drop_index", table: "t", index: "ia" };

describe("dropped indexes", () => {
  test("are made again by the revert, comment and all", async () => {
    const before = await setUp(
      TABLE,
      'CREATE UNIQUE INDEX "ia" ON t (a, b)',
      "COMMENT ON INDEX ia IS 'why'",
    );
    const plan = compilePlan(before, [drop]);
    expect(plan.statements).toEqual(["DROP INDEX ia;"]);
    await db.transact(plan.statements);
    expect((await db.schema())[0]?.indexes).toEqual([]);
    await db.transact(plan.revert_statements);
    expect(await db.schema()).toEqual(before);
  });

  test("stay away when the table is written anew in the same plan", async () => {
    const before = await setUp(TABLE, "CREATE INDEX ia ON t (a)", "CREATE INDEX ib ON t (b)");
    const plan = compilePlan(before, [drop, { kind: "cluster_table", table: "t", keys: ["b"] }]);
    await db.transact(plan.statements);
    const after = (await db.schema()).find((table) => table.name === "t");
    expect(after?.indexes.map((index) => index.name)).toEqual(["ib"]);
    await db.transact(plan.revert_statements);
    expect(await db.schema()).toEqual(before);
  });
});

test("a new index is numbered when its name is taken, in whatever case", async () => {
  const before = await setUp(TABLE, "CREATE INDEX IDX_T_A ON t (b, a)");
  const plan = compilePlan(before, [{ kind: "add_index", table: "t", column: "a" }]);
  expect(plan.statements).toEqual(["CREATE INDEX idx_t_a_2 ON t (a);"]);
  await db.transact(plan.statements);
  await db.transact(plan.revert_statements);
  expect(await db.schema()).toEqual(before);
});

describe("constraints", () => {
  test("NOT NULL and a primary key are added in place, indexes dropped and made again", async () => {
    const tables = await setUp(TABLE, "CREATE INDEX ia ON t (a)");
    expect(compilePlan(tables, [add("NOT NULL", "b"), add("PRIMARY KEY", "a")]).statements).toEqual(
      [
        "ALTER TABLE t ADD COLUMN _sidecar_lock BOOLEAN;",
        "DROP INDEX ia;",
        "ALTER TABLE t ALTER COLUMN b SET NOT NULL;",
        "ALTER TABLE t DROP COLUMN _sidecar_lock;",
        "ALTER TABLE t ADD PRIMARY KEY (a);",
        "CREATE INDEX ia ON t (a);",
      ],
    );
  });

  test("a table with a unique index is written anew: DuckDB would not make the index again", async () => {
    const before = await setUp(
      TABLE,
      "CREATE UNIQUE INDEX ia ON t (a)",
      "INSERT INTO t VALUES (1, 2)",
    );
    const plan = compilePlan(before, [add("NOT NULL", "b")]);
    expect(plan.statements.join()).toContain("CREATE TABLE _sidecar_new_t");
    await db.transact(plan.statements);
    await expect(db.run("INSERT INTO t VALUES (1, 3)")).rejects.toThrow(/duplicate/i);
    await db.transact(plan.revert_statements);
    expect(await db.schema()).toEqual(before);
  });

  test("a key the plan itself adds lets the former row order be restored", async () => {
    const before = await setUp(TABLE, "INSERT INTO t SELECT i, 99 - i FROM range(100) r(i)");
    const rows = await db.rows("SELECT * FROM t");
    const order: Change = { kind: "cluster_table", table: "t", keys: ["b"] };
    const plan = compilePlan(before, [add("PRIMARY KEY", "a"), order]);
    await db.transact(plan.statements);
    expect(await db.rows("SELECT * FROM t")).toEqual(rows.toReversed());
    await expect(db.run("INSERT INTO t VALUES (5, 0)")).rejects.toThrow(/primary key/);
    await db.transact(plan.revert_statements);
    expect(await db.schema()).toEqual(expect.arrayContaining(before));
    expect(await db.rows("SELECT * FROM t")).toEqual(rows);
  });

  test.each<[Change, string]>([
    [add("PRIMARY KEY", "b"), "INSERT INTO t VALUES (1, 2), (2, 2)"],
    [add("PRIMARY KEY", "b"), "INSERT INTO t VALUES (1, NULL)"],
    [add("UNIQUE", "b"), "INSERT INTO t VALUES (1, 2), (2, 2)"],
    [add("NOT NULL", "b"), "INSERT INTO t VALUES (1, NULL)"],
  ])("change nothing when the data do not satisfy them: %o", async (change, insert) => {
    const before = await setUp(TABLE, insert, "CREATE INDEX ia ON t (a)");
    await expect(db.transact(compilePlan(before, [change]).statements)).rejects.toThrow(
      /constraint|duplicate/i,
    );
    expect(await db.schema()).toEqual(before);
  });
});

test("comments outlive a rebuild and its revert", async () => {
  const before = await setUp(
    TABLE,
    "COMMENT ON TABLE t IS 'it''s t'",
    "COMMENT ON COLUMN t.b IS 'b'",
  );
  const plan = compilePlan(before, [{ kind: "cluster_table", table: "t", keys: ["a"] }]);
  await db.transact(plan.statements);
  await db.transact(plan.cleanup_statements);
  expect(await db.schema()).toEqual(before);
});

test("a rewritten query needs no statement", async () => {
  const change: Change = {
    kind: "rewrite_query",
    table: "t",
    rule: "top_n",
    rewrites: [{ fingerprint: "f", sql: "SELECT 1" }],
  };
  expect(compilePlan(await setUp(TABLE), [change]).statements).toEqual([]);
});

test.each<[string, Change[]]>([
  ["an unknown index", [drop]],
  [
    "an index dropped twice",
    [
      { ...drop, index: "ib" },
      { ...drop, index: "ib" },
    ] as Change[],
  ],
  ["a second primary key", [add("PRIMARY KEY", "a"), add("PRIMARY KEY", "b")]],
  ["the same key twice", [add("PRIMARY KEY", "a", "b"), add("UNIQUE", "b", "a")]],
  ["NOT NULL twice", [add("PRIMARY KEY", "a"), add("NOT NULL", "a")]],
  ["a constraint on an unknown column", [add("UNIQUE", "x")]],
  ["months of a number", [{ kind: "cluster_table", table: "t", keys: ["a"], step: "month" }]],
  ["ranges of two keys", [{ kind: "cluster_table", table: "t", keys: ["a", "b"], step: 100 }]],
  ["an index beside a key", [add("UNIQUE", "a"), { kind: "add_index", table: "t", column: "a" }]],
])("refuses %s as not executable", async (_, changes) => {
  const tables = await setUp(TABLE, "CREATE INDEX ib ON t (b)");
  expect(() => compilePlan(tables, changes)).toThrowError(
    expect.objectContaining({ code: "not_executable" }),
  );
});

test("by ranges, rows keep their order inside each and the key is not kept as runs", async () => {
  const before = await setUp(
    "CREATE TABLE t AS SELECT i::INTEGER AS a, (hash(i) % 1000)::INTEGER AS b FROM range(122880) r(i)",
  );
  const order = { kind: "cluster_table" as const, table: "t", keys: ["b"] };
  const compressions = async () => {
    await db.run("CHECKPOINT");
    const rows = await db.rows(
      "SELECT DISTINCT compression FROM pragma_storage_info('t') WHERE column_name = 'b' AND segment_type = 'INTEGER'",
    );
    return rows.flat();
  };
  await db.transact(compilePlan(before, [{ ...order, step: 100 }]).statements);
  const [unordered] = await db.rows(
    "SELECT count(*) FROM (SELECT b // 100 AS range, a, lag(b // 100, 1, 0) OVER (ORDER BY rowid) AS last_range, lag(a, 1, -1) OVER (ORDER BY rowid) AS last_a FROM t) WHERE range < last_range OR (range = last_range AND a < last_a)",
  );
  expect(unordered?.map(Number)).toEqual([0]);
  expect(await compressions()).toEqual(["BitPacking"]);
  await db.transact(compilePlan(before, [order]).statements);
  expect(await compressions()).toEqual(["RLE"]);
});

test("along the curve, ranges on either key leave row groups out", async () => {
  const before = await setUp(
    "CREATE TABLE t AS SELECT CAST(hash(i) % 100000 AS INTEGER) AS a, 'k' || lpad(CAST(hash(i + 7) % 9973 AS VARCHAR), 4, '0') AS b FROM range(491520) r(i)",
  );
  const change: Change = { kind: "cluster_table", table: "t", keys: ["a", "b"], curve: "morton" };
  const scanned = async (where: string): Promise<number> => {
    const [row] = await db.rows(
      `EXPLAIN (ANALYZE, FORMAT json) SELECT count(*) FROM t WHERE ${where}`,
    );
    return JSON.parse(row?.[1] ?? "{}").cumulative_rows_scanned;
  };
  const ranges = ["a BETWEEN 40000 AND 40999", "b BETWEEN 'k3000' AND 'k3099'"];
  for (const range of ranges) expect(await scanned(range)).toBe(491_520);
  await db.transact(compilePlan(before, [change]).statements);
  for (const range of ranges) expect(await scanned(range)).toBeLessThanOrEqual(3 * 122_880);
});
