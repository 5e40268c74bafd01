import { afterAll, beforeAll, expect, test } from "vitest";
import { quoteIdentifier } from "@/server/sql";
import { openTestDatabase, type TestDatabase } from "../testing/duckdb";
import { compilePlan } from "./compile-plan";

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

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
