import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../testing/duckdb";
import { compilePlan, quoteIdentifier, quoteLiteral } from "./index";
import { KEYWORDS } from "./keywords";

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

test("the embedded keywords are DuckDB's own", async () => {
  const rows = await db.rows(
    "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'",
  );
  expect([...KEYWORDS].sort()).toEqual(rows.map(([word]) => word).sort());
});

test("plain names stand as they are; all others and keywords are quoted", () => {
  expect(quoteIdentifier("creation_date")).toBe("creation_date");
  expect(quoteIdentifier("select")).toBe('"select"');
  expect(quoteIdentifier("Größe")).toBe('"Größe"');
  expect(quoteIdentifier('a"b')).toBe('"a""b"');
  expect(quoteLiteral("it's")).toBe("'it''s'");
  expect(() => quoteIdentifier("a\0b")).toThrow(/NUL/);
});

test("hostile names run as quoted names and do nothing else", async () => {
  const hostile = '"; DROP TABLE x; --';
  const [table, column] = [quoteIdentifier(hostile), quoteIdentifier(`${hostile} ' c`)];
  await db.run("CREATE TABLE x (a INTEGER)");
  await db.run(`CREATE TABLE ${table} (${column} VARCHAR PRIMARY KEY, "select" VARCHAR)`);
  await db.run(`INSERT INTO ${table} VALUES ('2020-01-02', 'b'), ('2020-01-01', 'a')`);
  const before = await db.schema();
  const plan = compilePlan(before, [
    { kind: "cluster_table", table: hostile, keys: [`${hostile} ' c`] },
    {
      kind: "change_type",
      table: hostile,
      column: `${hostile} ' c`,
      from: "VARCHAR",
      to: { name: "DATE" },
    },
    {
      kind: "change_type",
      table: hostile,
      column: "select",
      from: "VARCHAR",
      to: { name: "ENUM", values: ["a", "b", "'); DROP TABLE x; --"] },
    },
    { kind: "add_index", table: hostile, column: "select" },
  ]);
  await db.transact(plan.statements);
  const after = (await db.schema()).find((each) => each.name === hostile);
  expect(after?.indexes).toHaveLength(1);
  expect(await db.rows(`SELECT ${column} FROM ${table}`)).toEqual([["2020-01-01"], ["2020-01-02"]]);
  await db.transact(plan.revert_statements);
  await db.transact(plan.cleanup_statements);
  expect(await db.schema()).toEqual(before);
  expect(await db.rows(`SELECT ${column} FROM ${table}`)).toEqual([["2020-01-02"], ["2020-01-01"]]);
});
