import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { MaterializeSummaryChange } from "@/server/contracts";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { type ParameterSource, SUMMARY_PLACEHOLDER } from "@/server/workload/shape";
import { compilePlan } from "../../plan/compile-plan";
import { openTestDatabase, type TestDatabase } from "../../testing/duckdb";
import { refreshSummarySql, summaryComparisonSql } from "./summary-sql";

let parser: ShapeParser;
let db: TestDatabase;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const COLUMNS = `id INTEGER, status VARCHAR, region VARCHAR, day DATE, seen TIMESTAMP, amount DECIMAL(12,2),
  number INTEGER, big BIGINT, ratio DOUBLE, share FLOAT, huge HUGEINT, flag BOOLEAN, "Odd ""name" SMALLINT`;
const NAME = "summary_sales";

function literal(source: ParameterSource | undefined): string {
  if (source?.from !== "literal") throw new Error("a parameter without a value");
  return typeof source.value === "string" ? quoteLiteral(source.value) : String(source.value);
}

/** Makes the summary that the query asks for; answers the change and the query's new text. */
async function materialize(sql: string) {
  const tables = await db.schema();
  const summary = await parser.summarize(sql, tables);
  if (!summary) throw new Error(`no summary answers ${sql}`);
  const { table, keys, measures } = summary;
  const { parameters } = await parser.normalize(sql);
  const rewritten = summary.sql
    .replace(SUMMARY_PLACEHOLDER, quoteIdentifier(NAME))
    .replace(/\$(\d+)/g, (_, number) => literal(parameters[Number(number) - 1]));
  const rewrites = [{ fingerprint: "f", sql: rewritten }];
  const change: MaterializeSummaryChange = {
    kind: "materialize_summary",
    table,
    name: NAME,
    keys,
    measures,
    rewrites,
  };
  return { tables, change, plan: compilePlan(tables, [change]), rewritten };
}

const FLOATS = /^(DOUBLE|FLOAT)$/;

async function answer(sql: string) {
  const columns = await db.rows(`DESCRIBE ${sql}`);
  const isFloat = columns.map(([, type = ""]) => FLOATS.test(type));
  const exact = (row: string[]) => row.map((cell, at) => (isFloat[at] ? "" : cell)).join("|");
  const rows = (await db.rows(sql)).sort((a, b) => (exact(a) < exact(b) ? -1 : 1));
  return {
    columns: columns.map(([name, type]) => [name, type]),
    exact: rows.map(exact),
    floats: rows.map((row) => row.filter((_, at) => isFloat[at]).map(Number)),
  };
}

async function expectSameAnswer(sql: string, rewritten: string): Promise<void> {
  const [before, after] = [await answer(sql), await answer(rewritten)];
  expect(after.columns).toEqual(before.columns);
  expect(after.exact).toEqual(before.exact);
  expect(after.floats.length).toBe(before.floats.length);
  for (const [at, row] of before.floats.entries()) {
    for (const [column, value] of row.entries()) {
      const other = after.floats[at]?.[column] ?? Number.NaN;
      const isEqual =
        Object.is(value, other) || Math.abs(value - other) <= 1e-9 * Math.max(1, Math.abs(value));
      expect(isEqual, `${value} and ${other}`).toBe(true);
    }
  }
}

const QUERIES = [
  "SELECT status, count(*) FROM sales GROUP BY status",
  "SELECT status, count(*), count(region), sum(amount), min(day), max(seen), avg(amount) FROM sales GROUP BY status",
  "SELECT sum(number), sum(big), sum(ratio), sum(share), avg(number), avg(ratio), avg(share), avg(big) FROM sales",
  'SELECT "Odd ""name", sum("Odd ""name") AS s, avg("Odd ""name") FROM sales GROUP BY "Odd ""name"',
  "SELECT count(*), sum(amount), min(status), max(ratio), avg(number) FROM sales WHERE status = 'absent'",
  "SELECT count(number), sum(number) FROM sales HAVING count(*) > 5",
  "SELECT date_trunc('month', day) AS month, sum(amount) FROM sales GROUP BY month ORDER BY month",
  "SELECT date_trunc('week', seen), date_trunc('hour', seen), count(*) FROM sales GROUP BY ALL ORDER BY ALL",
  "SELECT year(day), month(day), sum(amount) FROM sales GROUP BY year(day), month(day) ORDER BY 1, 2",
  "SELECT extract(quarter FROM seen) AS q, yearweek(seen), isoyear(seen), max(number) FROM sales GROUP BY 1, 2, 3",
  "SELECT strftime(seen, '%Y-%m') AS m, strftime(day, '%d %H'), strftime(seen, '%V/%G'), count(seen) FROM sales GROUP BY ALL",
  "SELECT CAST(seen AS DATE), dayname(seen), last_day(day), hour(seen), sum(amount) FROM sales GROUP BY 1, 2, 3, 4",
  "SELECT date_trunc('day', day), decade(day), dayofyear(seen), count(*) FROM sales GROUP BY 1, 2, 3",
  "SELECT region, sum(amount) FROM sales WHERE status IN ('a', 'b') AND number BETWEEN 2 AND 5 AND flag IS NOT NULL GROUP BY region HAVING sum(amount) > 3 ORDER BY sum(amount) DESC, region LIMIT 2",
  "SELECT region, count(*) AS n FROM sales WHERE seen >= CAST('2020-02-01' AS DATE) AND seen < CAST('2020-03-01' AS DATE) GROUP BY region ORDER BY n DESC, region",
  "SELECT count(*) FROM sales WHERE CAST('2020-02-01' AS DATE) > seen OR NOT (CAST('2020-03-10' AS DATE) <= seen)",
  "SELECT count(*) FROM sales WHERE date_trunc('month', seen) = TIMESTAMP '2020-02-01' OR year(day) <> 2020 OR strftime(seen, '%Y-%m') = '2020-03'",
  "SELECT s.status, s.region FROM sales AS s WHERE s.number > 3 GROUP BY s.status, s.region",
  "SELECT DISTINCT region, flag FROM main.sales",
  "SELECT upper(status) AS status, count(*) AS row_count FROM sales GROUP BY status ORDER BY row_count DESC, 1",
  "SELECT status, sum(amount) AS amount FROM sales GROUP BY status HAVING sum(amount) > 1 ORDER BY amount, status",
  "SELECT status, sum(amount) FILTER (WHERE flag), count(*) FILTER (WHERE region = 'x'), avg(number) FILTER (WHERE number > 3) FROM sales GROUP BY status",
  "SELECT region, sum(CASE WHEN flag THEN amount ELSE 0 END), sum(CASE WHEN flag THEN 1 ELSE 0 END), count(CASE WHEN number > 2 THEN 1 END), avg(CASE WHEN flag THEN number END), avg(CASE WHEN flag THEN number ELSE 0 END), min(CASE WHEN flag THEN ratio END) FROM sales GROUP BY region",
  "SELECT count(1), sum(1), mean(amount), min(DISTINCT status), sum(number) / count(*), round(avg(amount), 1), sum(amount) * 1.5 FROM sales",
  "SELECT CASE WHEN number > 3 THEN 'high' ELSE 'low' END AS class, coalesce(region, '-') || '!' AS r, sum(big) FROM sales GROUP BY class, r",
  "SELECT status, region, sum(number) AS total, total * 2 AS twice FROM sales GROUP BY ALL ORDER BY ALL",
  "SELECT 'all' AS what, count(*) FROM sales GROUP BY 1",
  "SELECT status, STATUS AS s2, CAST(sum(number) AS DOUBLE), CAST(avg(ratio) AS DECIMAL(18,3)) IS NULL, min(number) + 1 FROM sales GROUP BY 1, 2",
];

const GENERATED = `SELECT i, ['a', 'b', 'A', NULL, ''][CAST(1 + hash(i, 1) % 5 AS INTEGER)], ['x', 'y', NULL][CAST(1 + hash(i, 2) % 3 AS INTEGER)],
  CASE WHEN hash(i, 3) % 9 > 0 THEN DATE '2019-12-20' + CAST(hash(i, 4) % 90 AS INTEGER) END,
  CASE WHEN hash(i, 5) % 9 > 0 THEN TIMESTAMP '2019-12-20' + to_seconds(hash(i, 6) % 8000000) END,
  CASE WHEN hash(i, 7) % 4 > 0 THEN CAST(hash(i, 8) % 100000 AS DECIMAL(12,2)) / 100 - 300 END,
  CASE WHEN hash(i, 9) % 4 > 0 THEN hash(i, 10) % 8 END, CAST(hash(i, 11) // 4 AS BIGINT),
  CAST(hash(i, 12) % 1000 AS DOUBLE) / 7, CAST(hash(i, 13) % 100 AS FLOAT) / 3, -CAST(hash(i, 14) AS HUGEINT),
  [true, false, NULL][CAST(1 + hash(i, 15) % 3 AS INTEGER)], hash(i, 16) % 3`;

test.each(QUERIES)(
  "answers as the table itself, with the same names and types: %s",
  async (sql) => {
    await db.run(`CREATE TABLE sales (${COLUMNS})`);
    const { plan, rewritten } = await materialize(sql);
    for (const rows of [0, 1, 300]) {
      await db.run(`TRUNCATE sales`);
      await db.run(`INSERT INTO sales ${GENERATED} FROM range(${rows}) r(i)`);
      await db.transact(plan.statements);
      await expectSameAnswer(sql, rewritten);
      await db.transact(plan.revert_statements);
    }
  },
);

test("any rows: nulls, duplicates, none", async () => {
  const row = fc.record({
    status: fc.constantFrom(null, "", "a", "A", "é'"),
    day: fc.option(fc.integer({ min: -800_000, max: 800_000 })),
    at: fc.option(fc.integer({ min: -60_000_000_000, max: 60_000_000_000 })),
    amount: fc.option(fc.integer({ min: -(10 ** 9), max: 10 ** 9 })),
    number: fc.option(fc.integer({ min: -3, max: 5 })),
    ratio: fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
    flag: fc.option(fc.boolean()),
  });
  await db.run(`CREATE TABLE sales (${COLUMNS})`);
  const queries = QUERIES.filter((sql) => !/big|share|huge|Odd/.test(sql));
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 12 }),
      fc.constantFrom(...queries),
      async (rows, sql) => {
        await db.run("TRUNCATE sales");
        for (const each of rows) {
          const text = each.status === null ? "NULL" : `'${each.status.replace("'", "''")}'`;
          await db.run(`INSERT INTO sales (status, region, day, seen, amount, number, ratio, flag)
          VALUES (${text}, ${text}, DATE '2020-01-15' + ${each.day}, TIMESTAMP '2020-01-15' + to_seconds(${each.at}),
          ${each.amount}::DECIMAL(12,2) / 100, ${each.number}, ${each.ratio}, ${each.flag})`);
        }
        const { plan, rewritten } = await materialize(sql);
        await db.transact(plan.statements);
        await expectSameAnswer(sql, rewritten);
        await db.transact(plan.revert_statements);
      },
    ),
    { numRuns: 60, seed: 3 },
  );
}, 30_000);

describe("the plan", () => {
  const sql = "SELECT status, count(*) FROM sales GROUP BY status";

  test("runs in one transaction after changes of type, and reverts exactly", async () => {
    await db.run(`CREATE TABLE sales (${COLUMNS})`);
    await db.run(`INSERT INTO sales ${GENERATED} FROM range(50) r(i)`);
    const { tables, change } = await materialize(sql);
    const rows = await db.rows("SELECT * FROM sales");
    const values = ["", "A", "a", "b"];
    const plan = compilePlan(tables, [
      change,
      {
        kind: "change_type",
        table: "sales",
        column: "status",
        from: "VARCHAR",
        to: { name: "ENUM", values },
      },
      { kind: "add_index", table: "sales", column: "id" },
    ]);
    await db.transact(plan.statements);
    const made = (await db.schema()).find((table) => table.name === NAME);
    expect(made?.columns.map((column) => [column.name, column.type])).toEqual([
      ["status", "ENUM('', 'A', 'a', 'b')"],
      ["row_count", "BIGINT"],
    ]);
    await db.transact(plan.revert_statements);
    expect(await db.schema()).toEqual(tables);
    expect(await db.rows("SELECT * FROM sales")).toEqual(rows);
  });

  test("says the statement that takes in rows added since", async () => {
    await db.run(`CREATE TABLE sales (${COLUMNS})`);
    const { change, plan, rewritten } = await materialize(sql);
    expect(refreshSummarySql(change)).toBe(
      "CREATE OR REPLACE TABLE summary_sales AS SELECT source.status AS status, count(*) AS row_count FROM sales AS source GROUP BY 1 ORDER BY 1;",
    );
    await db.transact(plan.statements);
    await db.run(`INSERT INTO sales ${GENERATED} FROM range(50) r(i)`);
    expect(await db.rows(rewritten)).toEqual([]);
    await db.run(refreshSummarySql(change));
    await expectSameAnswer(sql, rewritten);
    await db.transact(plan.revert_statements);
  });

  test.each<[string, Partial<MaterializeSummaryChange>]>([
    ["an unknown table", { table: "other" }],
    ["an unknown key", { keys: [{ name: "k", column: "k", unit: null }] }],
    ["an unknown measure", { measures: [{ name: "m", aggregate: "sum", column: "m" }] }],
    ["a sum of nothing", { measures: [{ name: "m", aggregate: "sum", column: null }] }],
    ["the month of a text", { keys: [{ name: "k", column: "status", unit: "month" }] }],
    ["a name that is taken", { name: "Summary_Old" }],
    ["another kind of name", { name: "_sidecar_summary" }],
    ["two columns of one name", { keys: [{ name: "Row_Count", column: "status", unit: null }] }],
  ])("refuses %s as not executable", async (_, wrong) => {
    await db.run(`CREATE TABLE sales (${COLUMNS})`);
    await db.run("CREATE TABLE summary_old (a INTEGER)");
    const { tables, change } = await materialize(sql);
    const name = wrong.name?.startsWith("Summary") ? "summary_Old" : (wrong.name ?? NAME);
    expect(() => compilePlan(tables, [{ ...change, ...wrong, name }])).toThrowError(
      expect.objectContaining({ code: "not_executable" }),
    );
  });
});

test("a comparison counts the groups that changed, came or went since the last refresh; sums of floats may differ in their last digits", async () => {
  await db.run(
    `CREATE TABLE sales (${COLUMNS}); INSERT INTO sales (id, status, ratio) SELECT range, CASE WHEN range % 3 = 0 THEN NULL ELSE 's' || range % 3 END, 0.1 * range FROM range(900)`,
  );
  const { change, plan } = await materialize(
    "SELECT status, count(*), sum(ratio) FROM sales GROUP BY status",
  );
  for (const statement of plan.statements) await db.run(statement);
  const compared = async () => (await db.rows(summaryComparisonSql(change)))[0]?.map(Number);
  expect(await compared()).toEqual([3, 0]);
  await db.run("INSERT INTO sales (id, status) VALUES (901, 'new'), (902, NULL)");
  await db.run("DELETE FROM sales WHERE status = 's1'");
  // One came, one changed, one went.
  expect(await compared()).toEqual([3, 3]);
  await db.run(refreshSummarySql(change));
  expect(await compared()).toEqual([3, 0]);
});
