import { afterAll, beforeAll, expect, test } from "vitest";
import type { Change, TargetType } from "@/server/contracts";
import { compilePlan, proposeRequested } from "../..";
import { openTestDatabase, type TestDatabase } from "../../testing/duckdb";
import { silentLoss } from "./stored-otherwise";

type PlainName = Exclude<TargetType["name"], "ENUM">;

/** Types, a value of the first that is written once the column has the second. */
const CASES: [from: string, to: PlainName, value: string][] = [
  ["TIMESTAMP", "DATE", "TIMESTAMP '2020-01-01 23:59:59.999999'"],
  ["TIMESTAMP_S", "DATE", "TIMESTAMP_S '2020-01-01 10:00:00'"],
  ["TIMESTAMP_NS", "TIMESTAMP", "TIMESTAMP_NS '2020-01-01 00:00:00.123456789'"],
  ["TIMESTAMP_S", "TIMESTAMP", "TIMESTAMP_S '2020-01-01 10:00:00'"],
  ["DOUBLE", "INTEGER", "1.5::DOUBLE"],
  ["FLOAT", "BIGINT", "0.5::FLOAT"],
  ["DECIMAL(12,2)", "INTEGER", "2.50"],
  ["DECIMAL(12,0)", "INTEGER", "9999999999"],
  ["BIT", "INTEGER", "'101'::BIT"],
  ["BIGINT", "INTEGER", "9007199254740993"],
  ["UINTEGER", "SMALLINT", "4294967295"],
  ["DATE", "TIMESTAMP", "DATE '2020-01-01'"],
  ["VARCHAR", "DATE", "'2020-01-01 10:00'"],
  ["VARCHAR", "TIMESTAMP", "'2020-01-01'"],
  ["VARCHAR", "UUID", "'0F0F0F0F-0000-4000-8000-0123456789AB'"],
  ["VARCHAR", "INTEGER", "'1.5'"],
  ["JSON", "INTEGER", "'1.5'"],
];

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

/** Does DuckDB take the value without an error, and give back another? */
async function isStoredOtherwise([from, to, value]: (typeof CASES)[number]): Promise<boolean> {
  await db.run(`CREATE OR REPLACE TABLE stored (v ${to})`);
  try {
    await db.run(`INSERT INTO stored SELECT CAST(${value} AS ${from})`);
  } catch {
    return false;
  }
  const [row] = await db.rows(
    `SELECT CAST(v AS ${from}) IS DISTINCT FROM CAST(${value} AS ${from}) FROM stored`,
  );
  return String(row?.[0]) === "true";
}

test.each(CASES)(
  "%s to %s: what a later value (%s) silently loses is refused, or said of a text",
  async (...one) => {
    const [from, to] = one;
    await db.run(`CREATE OR REPLACE TABLE kept (id INTEGER, v ${from})`);
    const tables = (await db.schema()).filter(({ name }) => name === "kept");
    const change: Change = {
      ...{ kind: "change_type", table: "kept", column: "v", from, to: { name: to } },
    };
    const isLost = await isStoredOtherwise(one);
    if (/^(VARCHAR|JSON)$/.test(from)) {
      expect([isLost, silentLoss(from, { name: to })]).toEqual([true, null]);
      const asked = proposeRequested({ tables, queries: [] }, { changes: [change], reason: "" });
      expect(asked.candidates[0]?.drawbacks.join(" ")).toMatch(/in another form/);
      return;
    }
    expect(silentLoss(from, { name: to }) !== null).toBe(isLost);
    const compile = () => compilePlan(tables, [change]);
    if (isLost) expect(compile).toThrow(/a value written later is then .*, and is lost\.$/);
    else expect(compile().statements).not.toEqual([]);
  },
);

test("a time zone is no part of a TIMESTAMP", () => {
  expect(silentLoss("TIMESTAMP WITH TIME ZONE", { name: "TIMESTAMP" })).toMatch(/time zone/);
});
