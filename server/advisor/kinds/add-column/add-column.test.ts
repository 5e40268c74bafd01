import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AddColumnChange, Change } from "@/server/contracts";
import { AppError } from "@/server/platform/errors";
import { compilePlan } from "../../plan/compile-plan";
import { openTestDatabase, type TestDatabase } from "../../testing/duckdb";

const SETUP = [
  "CREATE TABLE risks (risk_id VARCHAR PRIMARY KEY, level INTEGER)",
  "INSERT INTO risks VALUES ('low', 1), ('high', 2)",
  "CREATE TABLE projects (id INTEGER PRIMARY KEY, name VARCHAR, amount DECIMAL(10,2) DEFAULT 1.5, CHECK (id >= 0))",
  "INSERT INTO projects (id, name) SELECT i, 'p' || i FROM range(20) r(i)",
  "DELETE FROM projects WHERE id = 7",
  "CREATE INDEX by_name ON projects (name)",
  "COMMENT ON COLUMN projects.name IS 'what it is called'",
  "COMMENT ON INDEX by_name IS 'why'",
  "CREATE VIEW named AS SELECT id, name FROM projects",
];

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
  for (const sql of SETUP) await db.run(sql);
});
afterAll(() => db.close());

const add = (change: Partial<AddColumnChange> = {}): AddColumnChange => ({
  ...{ kind: "add_column", table: "projects", column: "risk_id", type: "VARCHAR" },
  ...{ default: null, is_required: false, references: null },
  ...change,
});
const RISKS = { table: "risks", column: "risk_id" };
const all = () => db.rows("SELECT * FROM projects");

/** Applies the change, tells what there is then, and reverts it: schema, rows and order as before. */
async function applied(changes: Change[], seen: () => Promise<unknown>): Promise<unknown> {
  const before = [await db.schema(), await all()];
  const plan = compilePlan(await db.schema(), changes);
  await db.transact(plan.statements);
  const found = await seen();
  await db.transact(plan.revert_statements);
  for (const sql of plan.cleanup_statements) await db.run(sql);
  expect([await db.schema(), await all()]).toEqual(before);
  return found;
}

const values = () => db.rows("SELECT DISTINCT risk_id FROM projects");
const declared = async () => {
  const tables = await db.schema();
  return tables.find(({ name }) => name === "projects")?.columns.at(-1);
};

describe("a column is added, and its revert leaves no trace", () => {
  test("one that any row may lack is one statement, with the indexes in place", async () => {
    const { statements } = compilePlan(await db.schema(), [add()]);
    expect(statements).toEqual(["ALTER TABLE projects ADD COLUMN risk_id VARCHAR;"]);
    expect(await applied([add()], values)).toEqual([["null"]]);
  });

  test.each<[Partial<AddColumnChange>, string]>([
    [{ default: "it's low" }, "it's low"],
    [{ type: "INTEGER", default: 5 }, "5"],
    [{ type: "INTEGER", default: -5 }, "-5"],
    [{ type: "BIGINT", default: "9007199254740993" }, "9007199254740993"],
    [{ type: "DECIMAL(10,2)", default: 1.25 }, "1.25"],
    [{ type: "BOOLEAN", default: true }, "true"],
    [{ type: "DATE", default: "2026-01-31" }, "2026-01-31"],
    [{ type: "ENUM('a', 'b')", default: "b" }, "b"],
    [{ type: "INTEGER[]", default: "[1, 2]" }, "[1, 2]"],
  ])("every row has the default of %j", async (change, value) => {
    expect(await applied([add(change)], values)).toEqual([[value]]);
  });

  test("a default is a literal: what looks like SQL is a text", async () => {
    const text = "x'); DROP TABLE risks; --";
    expect(await applied([add({ default: text })], values)).toEqual([[text]]);
  });

  test("a required one with a default refuses NULL", async () => {
    const change = add({ default: "low", is_required: true });
    expect(await applied([change], declared)).toMatchObject({ name: "risk_id", nullable: false });
    await applied([change], () =>
      expect(db.run("INSERT INTO projects (id, risk_id) VALUES (99, NULL)")).rejects.toThrow(
        /NOT NULL/,
      ),
    );
  });

  test("a foreign key refuses what is no key there, and lets go of it with the revert", async () => {
    const change = add({ default: "low", references: RISKS });
    await applied([change], async () => {
      await expect(db.run("UPDATE projects SET risk_id = 'none' WHERE id = 1")).rejects.toThrow(
        /foreign key/i,
      );
      await expect(db.run("DELETE FROM risks WHERE risk_id = 'low'")).rejects.toThrow(
        /foreign key/i,
      );
    });
    await db.run("UPDATE risks SET level = 3 WHERE risk_id = 'low'");
  });

  test("names that need quotes are quoted", async () => {
    const change = add({ column: "Größe in €" });
    const { statements } = compilePlan(await db.schema(), [change]);
    expect(statements[0]).toContain('"Größe in €"');
    await applied([change], () => db.rows('SELECT "Größe in €" FROM projects'));
  });

  test("it goes together with other changes of the table", async () => {
    const changes: Change[] = [
      add({ default: "low", is_required: true }),
      add({ column: "other", type: "INTEGER", references: null }),
      { kind: "cluster_table", table: "projects", keys: ["name"] },
      { kind: "add_index", table: "projects", column: "amount" },
    ];
    expect(await applied(changes, values)).toEqual([["low"]]);
  });

  test.each([
    ["INTEGER[]", "[1, 2]"],
    ["INTEGER[2]", "[1, 2]"],
    ["STRUCT(x INTEGER)", "{'x': 1}"],
    ["MAP(VARCHAR, INTEGER)", "{a=1}"],
    ["UNION(n INTEGER, s VARCHAR)", "x"],
  ])(
    "a default of the nested type %s is given to more rows than a vector holds",
    async (type, text) => {
      await db.run("INSERT INTO projects (id, name) SELECT i, 'p' FROM range(1000, 4000) r(i)");
      const filled = () => db.rows("SELECT count(risk_id) FROM projects");
      expect(await applied([add({ type, default: text })], filled)).toEqual([["3019"]]);
      await db.run("DELETE FROM projects WHERE id >= 1000");
    },
  );

  test("a table with a unique index gets its column back out by a rebuild", async () => {
    await db.run("CREATE UNIQUE INDEX one_name ON projects (name)");
    expect(await applied([add({ default: "low" })], values)).toEqual([["low"]]);
    expect(await applied([add({ default: "low", is_required: true })], values)).toEqual([["low"]]);
    await db.run("DROP INDEX one_name");
  });
});

test("without a default, rows that are there do not take a required column: nothing is changed", async () => {
  const before = [await db.schema(), await all()];
  for (const references of [null, RISKS]) {
    const { statements } = compilePlan(await db.schema(), [add({ is_required: true, references })]);
    await expect(db.transact(statements)).rejects.toThrow(/NOT NULL/);
    expect([await db.schema(), await all()]).toEqual(before);
  }
});

test.each<[string, Partial<AddColumnChange>, RegExp]>([
  ["a name that is taken, in any case", { column: "NAME" }, /has a column "name" already/],
  ["a name of the sidecar's own", { column: "_sidecar_lock" }, /cannot be called/],
  ["the name of row numbers", { column: "rowid" }, /cannot be called/],
  ["a name with a quote", { column: 'a"b' }, /no quotes/],
  ["an unknown table", { table: "nothing" }, /no table "nothing"/],
  ["a type with more than a type in it", { type: "INTEGER, x INTEGER" }, /not understood/],
  ["a reference to no table", { references: { ...RISKS, table: "no" } }, /no table "no"/],
  ["a reference to no column", { references: { ...RISKS, column: "no" } }, /no column "no"/],
  [
    "a reference to what is no key",
    { type: "INTEGER", references: { ...RISKS, column: "level" } },
    /no foreign key/,
  ],
  [
    "a reference of another type",
    { type: "INTEGER", references: RISKS },
    /risks.risk_id is VARCHAR: .* not INTEGER/,
  ],
  [
    "a reference to its own table",
    { references: { table: "projects", column: "id" } },
    /to itself/,
  ],
])("refuses %s", async (_, change, why) => {
  const tables = await db.schema();
  expect(() => compilePlan(tables, [add(change)])).toThrow(why);
  expect(() => compilePlan(tables, [add(change)])).toThrow(AppError);
});

test("refuses two columns of one name, and a reference to a table that the same plan changes", async () => {
  const tables = await db.schema();
  expect(() => compilePlan(tables, [add(), add({ type: "DATE" })])).toThrow(/already/);
  const retyped: Change = {
    kind: "add_constraint",
    table: "risks",
    constraint: "NOT NULL",
    columns: ["level"],
  };
  expect(() => compilePlan(tables, [add({ references: RISKS }), retyped])).toThrow(/together/);
});

test("the rows that violate what is asked for are counted", async () => {
  const { addColumn } = await import(".");
  const [projects] = (await db.schema()).filter(({ name }) => name === "projects");
  if (projects === undefined) throw new Error("no table");
  const counted = async (change: AddColumnChange) => {
    const [check] = addColumn.dataChecks(change, projects);
    if (check === undefined) return null;
    const [[count] = []] = await db.rows(check.countSql);
    return count === "0" ? null : check.describe(Number(count));
  };
  expect(await counted(add({ is_required: true }))).toBe(
    "risk_id is required and has no default: 19 rows of projects would be without a value.",
  );
  expect(await counted(add({ default: "none", references: RISKS }))).toBe(
    "The default is no value of risks.risk_id: 19 rows of projects would refer to nothing.",
  );
  expect(await counted(add({ default: "low", references: RISKS, is_required: true }))).toBeNull();
  expect(await counted(add({ references: RISKS }))).toBeNull();
});
