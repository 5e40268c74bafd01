import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShapeParser, type ShapeParser } from "../index";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const TABLES = [
  {
    name: "Sales",
    columns: [
      { name: "id", type: "BIGINT" },
      { name: "status", type: "VARCHAR" },
      { name: "day", type: "DATE" },
      { name: "seen", type: "TIMESTAMP" },
      { name: "zoned", type: "TIMESTAMP WITH TIME ZONE" },
      { name: "amount", type: "DECIMAL(12,2)" },
      { name: "price", type: "DECIMAL(18,4)" },
      { name: "ratio", type: "DOUBLE" },
      { name: "span", type: "INTERVAL" },
      { name: "tags", type: "VARCHAR[]" },
      { name: "count_id", type: "INTEGER" },
      { name: "nick", type: "VARCHAR COLLATE NOCASE" },
      { name: "huge", type: "HUGEINT" },
      { name: "wide", type: "DECIMAL(38,2)" },
      { name: "untyped" },
    ],
  },
  { name: "other", columns: [{ name: "id", type: "BIGINT" }] },
];
const summarize = (sql: string) => parser.summarize(sql, TABLES);
const names = (parts: { name: string }[] | undefined) => parts?.map((part) => part.name);

describe("summarize", () => {
  test("tells keys, measures and the query over them, parameters under their numbers", async () => {
    expect(
      await summarize(
        "SELECT status, date_trunc('month', day) AS m, count(*), avg(amount) FROM sales WHERE status IN ('a', 'b') GROUP BY status, m ORDER BY 3 DESC LIMIT 5",
      ),
    ).toEqual({
      table: "Sales",
      keys: [
        { name: "status", column: "status", unit: null },
        { name: "day_month", column: "day", unit: "month" },
      ],
      measures: [
        { name: "row_count", aggregate: "count", column: null },
        { name: "sum_amount", aggregate: "sum", column: "amount" },
        { name: "count_amount", aggregate: "count", column: "amount" },
      ],
      sql: 'SELECT sales.status, sales.day_month AS m, CAST(COALESCE(sum(sales.row_count), 0) AS BIGINT) AS "count_star()", (CAST(sum(sales.sum_amount) AS DOUBLE) / CAST(sum(sales.count_amount) AS DOUBLE)) AS "avg(amount)" FROM _sidecar_summary_placeholder AS sales WHERE (sales.status IN ($1, $2)) GROUP BY sales.status, sales.day_month ORDER BY 3 DESC LIMIT 5',
    });
  });

  test("keeps a key as coarse as the query allows, per function and filter", async () => {
    const keys = async (expression: string) =>
      names((await summarize(`SELECT count(*) FROM sales WHERE ${expression} = $1`))?.keys);
    expect(await keys("year(seen)")).toEqual(["seen_year"]);
    expect(await keys("month(seen) + extract(year FROM seen)")).toEqual([
      "seen_month",
      "seen_year",
    ]);
    expect(await keys("strftime(seen, '%Y-W%V')")).toEqual(["seen_day"]);
    expect(await keys("strftime(seen, '%H:%M')")).toEqual(["seen"]);
    expect(await keys("date_trunc('quarter', day)")).toEqual(["day_quarter"]);
    expect(await keys("dayofweek(day)")).toEqual(["day"]);
    expect(await keys("seen")).toEqual(["seen"]);
    expect(await keys("date_trunc('minute', seen)")).toEqual(["seen"]);
    expect(await keys("year(zoned)")).toEqual(["zoned"]);
    const range = (lower: string) =>
      summarize(`SELECT count(*) FROM sales WHERE seen ${lower} AND seen < DATE '2020-02-01'`);
    expect(names((await range(">= DATE '2020-01-01'"))?.keys)).toEqual(["seen_day"]);
    expect(names((await range("> DATE '2020-01-01'"))?.keys)).toEqual(["seen", "seen_day"]);
    expect(names((await range(">= '2020-01-01'"))?.keys)).toEqual(["seen", "seen_day"]);
  });

  test("gives a made name that a column of the table has a number", async () => {
    const summary = await summarize("SELECT count_id, count(id) FROM sales GROUP BY count_id");
    expect(names(summary?.keys)).toEqual(["count_id"]);
    expect(names(summary?.measures)).toEqual(["count_id_2"]);
  });

  test("names things alike in every query, so that queries can share a summary", async () => {
    const [narrow, wide] = await Promise.all([
      summarize("SELECT sum(amount) FROM sales GROUP BY status"),
      summarize("SELECT x.Status, SUM(x.AMOUNT) FROM Sales x GROUP BY 1"),
    ]);
    expect(wide?.keys).toEqual(narrow?.keys);
    expect(wide?.measures).toEqual(narrow?.measures);
  });

  test.each([
    ["a plain read", "SELECT status FROM sales"],
    ["a join", "SELECT status, count(*) FROM sales JOIN other USING (id) GROUP BY status"],
    ["a subquery in FROM", "SELECT count(*) FROM (SELECT * FROM sales)"],
    ["a subquery in WHERE", "SELECT count(*) FROM sales WHERE id IN (SELECT id FROM other)"],
    ["a CTE", "WITH sales AS (SELECT 1 AS status) SELECT status, count(*) FROM sales GROUP BY 1"],
    ["a set operation", "SELECT count(*) FROM sales UNION SELECT count(*) FROM other"],
    ["a window", "SELECT status, sum(count(*)) OVER () FROM sales GROUP BY status"],
    ["QUALIFY", "SELECT status, count(*) FROM sales GROUP BY 1 QUALIFY row_number() OVER () = 1"],
    ["grouping sets", "SELECT status, count(*) FROM sales GROUP BY ROLLUP (status)"],
    ["a sample", "SELECT status, count(*) FROM sales TABLESAMPLE 10% GROUP BY status"],
    ["a sample of rows", "SELECT status, count(*) FROM sales GROUP BY status USING SAMPLE 3"],
    ["an unknown table", "SELECT a, count(*) FROM unknown GROUP BY a"],
    ["a table of another schema", "SELECT status, count(*) FROM s2.sales GROUP BY status"],
    ["renamed columns", "SELECT a, count(*) FROM sales AS s(a) GROUP BY a"],
    ["a distinct count", "SELECT count(DISTINCT status) FROM sales"],
    ["a distinct sum", "SELECT sum(DISTINCT amount) FROM sales"],
    ["DISTINCT ON", "SELECT DISTINCT ON (status) status, day FROM sales"],
    ["a median", "SELECT status, median(amount) FROM sales GROUP BY status"],
    ["a list", "SELECT status, list(id ORDER BY id) FROM sales GROUP BY status"],
    ["the first", "SELECT status, first(id) FROM sales GROUP BY status"],
    ["the largest few", "SELECT max(id, 3) FROM sales"],
    ["a sum of products", "SELECT sum(amount * ratio) FROM sales"],
    ["a choice of two types", "SELECT avg(CASE WHEN id = 1 THEN price ELSE amount END) FROM sales"],
    ["a sum of two types", "SELECT sum(CASE WHEN id = 1 THEN amount ELSE id END) FROM sales"],
    ["the largest of two types", "SELECT max(CASE id WHEN 1 THEN day ELSE seen END) FROM sales"],
    [
      "a choice of two types below another",
      "SELECT count(CASE WHEN id = 1 THEN CASE WHEN id = 2 THEN price ELSE 0 END ELSE amount END) FROM sales",
    ],
    ["a sum of other constants", "SELECT sum(2) FROM sales"],
    ["a sum that may overflow", "SELECT sum(huge) FROM sales WHERE status = 'a'"],
    ["an average whose sum may", "SELECT avg(huge) FROM sales WHERE status = 'a'"],
    ["a wide sum that may overflow", "SELECT sum(wide) FROM sales WHERE status = 'a'"],
    ["a choice of sums that may", "SELECT sum(CASE WHEN status = 'a' THEN huge END) FROM sales"],
    ["the least of equal intervals", "SELECT status, min(span) FROM sales GROUP BY status"],
    ["an average date", "SELECT avg(day) FROM sales"],
    ["a sum of what is of unknown type", "SELECT sum(untyped) FROM sales"],
    ["a key of unknown type", "SELECT untyped, count(*) FROM sales GROUP BY untyped"],
    ["a key with signed zeros", "SELECT ratio, count(*) FROM sales GROUP BY ratio"],
    ["an interval as key", "SELECT count(*) FROM sales WHERE span = INTERVAL 30 DAY"],
    ["a key with a collation", "SELECT nick, count(*) FROM sales GROUP BY nick"],
    ["the least text of a collation", "SELECT status, min(nick) FROM sales GROUP BY status"],
    ["a list as key", "SELECT tags, count(*) FROM sales GROUP BY tags"],
    ["chance", "SELECT count(*) FROM sales WHERE random() < 0.5 AND status = 'a'"],
    ["a function of the user's", "SELECT mine(status), count(*) FROM sales GROUP BY 1"],
    ["another schema's year", "SELECT own.year(day), count(*) FROM sales GROUP BY ALL"],
    ["another schema's sum", "SELECT own.sum(id), count(*) FROM sales"],
    ["a collation", "SELECT count(*) FROM sales WHERE status COLLATE NOCASE = 'a'"],
    ["the row's number", "SELECT count(*) FROM sales WHERE rowid < 10"],
    ["a star", "SELECT DISTINCT * FROM sales"],
    [
      "a name of two meanings",
      "SELECT -day AS status, count(*) FROM sales GROUP BY ALL HAVING status > 'a'",
    ],
    ["a write", "INSERT INTO sales SELECT * FROM sales"],
    ["broken text", "SELECT status, FROM WHERE"],
    ["our own placeholder", "SELECT count(*) AS _sidecar_summary_placeholder FROM sales"],
  ])("answers null for %s", async (_, sql) => {
    expect(await summarize(sql)).toBeNull();
  });

  test.each([
    "count(nick)",
    "avg(CASE WHEN id = 1 THEN price ELSE 0 END)",
    "sum(CASE WHEN id = 1 THEN amount WHEN id = 2 THEN 1 END)",
    "count(CASE WHEN id = 1 THEN amount ELSE CASE WHEN id = 2 THEN amount ELSE NULL END END)",
  ])("computes from parts: %s", async (aggregate) => {
    expect(await summarize(`SELECT ${aggregate} FROM sales`)).not.toBeNull();
  });

  test("answers null for more than 8 keys", async () => {
    const columns = Array.from({ length: 9 }, (_, at) => ({ name: `c${at}`, type: "INTEGER" }));
    const ask = (count: number) =>
      parser.summarize(
        `SELECT count(*) FROM wide WHERE ${columns
          .slice(0, count)
          .map(({ name }) => `${name} = 1`)
          .join(" AND ")}`,
        [{ name: "wide", columns }],
      );
    expect((await ask(8))?.keys).toHaveLength(8);
    expect(await ask(9)).toBeNull();
  });
});
