import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShapeParser } from "../parser";
import { RewriteExamples, TABLES } from "../testing/rewrite-examples";

let examples: RewriteExamples;
beforeAll(async () => {
  examples = await RewriteExamples.open();
});
afterAll(() => examples.close());

const same: RewriteExamples["same"] = (...query) => examples.same(...query);
const never: RewriteExamples["never"] = (...query) => examples.never(...query);

describe("sargable_predicate asks for the same rows", () => {
  test.each(["=", "<", "<=", ">", ">="])("year(column) %s value", async (operator) => {
    for (const name of ["ts", "day"]) {
      const sql = `SELECT id AS i FROM events WHERE year(${name}) ${operator} 2020 AND amount > 3`;
      const text = await same("sargable_predicate", sql, [2019, 0], [2021, 1], [1, 0]);
      const end = operator.startsWith("<") ? "<=" : ">=";
      expect(text).toContain(`${end} COALESCE(TRY(`);
      await same(
        "sargable_predicate",
        sql.replace(`year(${name})`, `extract(year FROM e.${name})`).replace("events", "events e"),
        [2021, 5],
      );
    }
  });

  test.each(["<", "<=", ">", ">="])("CAST(timestamp AS DATE) %s value", async (operator) => {
    const sql = `SELECT id AS i FROM events WHERE CAST(ts AS DATE) ${operator} '2020-12-31'`;
    await same("sargable_predicate", sql, ["2021-01-01"], ["2020-01-01"], ["2020-03-01"]);
    await same(
      "sargable_predicate",
      `SELECT id AS i FROM events WHERE DATE '2020-12-31' ${operator} ts::DATE`,
    );
  });

  test("BETWEEN of years and days", async () => {
    await same(
      "sargable_predicate",
      "SELECT id AS i FROM events WHERE year(day) BETWEEN 2020 AND 2021",
      [2020, 2020],
      [2021, 2019],
    );
    await same(
      "sargable_predicate",
      "SELECT id AS i FROM events WHERE CAST(ts AS DATE) BETWEEN '2020-01-01' AND '2020-12-31'",
    );
  });

  test.each([
    ["%Y", ["2020", "2021", "20", "x"]],
    ["%Y-%m", ["2020-12", "2020-3", "2020-13", "", "2021-01"]],
    ["%Y-%m-%d", ["2020-12-31", "2020-1-1", "nonsense", "2020-01-01 "]],
  ])("strftime(column, '%s')", async (format, values) => {
    for (const name of ["ts", "day"]) {
      const sql = `SELECT id AS i FROM events WHERE strftime(${name}, '${format}') = '2020-03-01'`;
      await same("sargable_predicate", sql, ...values.map((value) => [value]));
    }
  });

  test.each(["+", "-"])("timestamp %s INTERVAL", async (sign) => {
    for (const unit of ["DAY", "HOUR", "WEEK", "MINUTE"]) {
      const sql = `SELECT id AS i FROM events WHERE ts ${sign} INTERVAL 7 ${unit} > '2020-06-01'`;
      const text = await same("sargable_predicate", sql, [1, "2021-01-01 00:00:00"]);
      expect(text).toMatch(/WHERE \(+ts >= COALESCE\(TRY/);
    }
    // Months are not of one length: some days more on either side.
    for (const interval of ["INTERVAL 1 MONTH", "INTERVAL '1 year 2 days'"]) {
      const sql = `SELECT id AS i FROM events WHERE ts ${sign} ${interval} > '2020-05-31'`;
      expect(await same("sargable_predicate", sql)).toMatch(/ts >= COALESCE\(TRY.* to_hours/);
    }
  });

  test("the beginning of a text", async () => {
    for (const head of ["substr(name, 1, 2)", "substring(name, 1, 2)", "left(name, 2)"]) {
      const sql = `SELECT id AS i FROM events WHERE ${head} = 'ab'`;
      const text = await same("sargable_predicate", sql, ["a"], ["aé"], ["abc"], [""], ["a%"]);
      expect(text).toContain("starts_with");
    }
  });

  test.each([
    "year(name) = 2020",
    "year(unknown) = 2020",
    "year(ts) = amount",
    "year(ts) = (SELECT max(amount) FROM events)",
    "year(ts) <> 2020",
    "NOT (year(ts) = 2020)",
    "year(ts) = 2020 OR amount = 1",
    "month(ts) = 2",
    "CAST(ts AS DATE) = '2020-01-01'",
    "date_trunc('month', ts) = '2020-01-01'",
    "substr(name, 2, 2) = 'ab'",
    "lower(name) = 'ab'",
    "strftime(ts, '%m') = '03'",
    "day <= TIMESTAMPTZ '2020-03-01'",
    "amount * 2 > 4",
  ])("is not offered for %s", async (condition) => {
    await never("sargable_predicate", `SELECT id FROM events WHERE ${condition}`);
  });

  test.each([
    "epoch(ts) >= 1577836800",
    "epoch_ms(ts) BETWEEN 1577836800000 AND 1583020800000",
    "extract(epoch FROM day) < 1583020800",
    "CAST(ts AS DATE) IN ('2020-01-01', '2020-12-31', 'infinity')",
    "CAST(ts AS DATE) = current_date - 2000",
    "CAST(ts AS DATE) >= current_date - INTERVAL 2200 DAY",
    "year(ts) IN (2020, 2021)",
    "date_trunc('month', ts) IN ('2020-03-01', '2020-12-01')",
    "date_trunc('month', ts) = date_trunc('month', now()) - INTERVAL 80 MONTH",
    "time_bucket(INTERVAL 1 DAY, ts) = '2020-03-01'",
    "time_bucket(INTERVAL '2 months', day) >= '2020-03-01'",
    "time_bucket(INTERVAL 1 WEEK, ts, INTERVAL 2 DAY) <= '2020-03-01'",
    "strftime(ts, '%Y%m%d') = '20200301'",
    "strftime('%d.%m.%Y', day) IN ('01.03.2020', '31.12.2020')",
    "strftime(ts, '%Y-%m-%d %H') >= '2020-03-01 00'",
    "ts > now() - INTERVAL 2200 DAY",
    "ts <= TIMESTAMPTZ '2020-03-01'",
    "ts BETWEEN TIMESTAMPTZ '2020-01-01' AND current_timestamp",
    "ts + INTERVAL 7 DAY = '2020-01-08'",
  ])("has a range beside %s", async (condition) => {
    const sql = `SELECT id AS i FROM events WHERE ${condition}`;
    const text = await same("sargable_predicate", sql);
    await never("sargable_predicate", text);
  });

  test.each([
    ["CAST(ts AS DATE) > '2020-01-01'", ["infinity", "-infinity", "290000-01-01"]],
    ["CAST(ts AS DATE) <= '2020-01-01'", ["infinity", "-infinity", "5000000-01-01"]],
    ["strftime(ts, '%Y-%m-%d') = '2020-01-01'", ["infinity", "-infinity", "epoch", " 2020-01-01"]],
    ["strftime(ts, '%Y') >= '2020'", [" 2020", "20", "99999", "infinity", ""]],
    ["day + INTERVAL 1 MINUTE >= '2020-01-01'", ["-infinity", "infinity", "290000-01-01"]],
    ["year(day) <= 2020", [1e9, -1e9, 1e300, 2020.5, "2020", "2020.4"]],
    ["year(ts) < 2020", [300000, 2020.6, 2020.4]],
    ["epoch(ts) < 1577836800", [1e18, -1e18, 0.5]],
    ["time_bucket(INTERVAL 1 DAY, ts) < '2020-03-01'", ["infinity", "-infinity"]],
    ["year(ts) IN (2020, 2021)", [1e300]],
  ])("has a range that holds for any value: %s", async (condition, values) => {
    const sql = `SELECT id AS i FROM events WHERE ${condition}`;
    const { parameters } = await examples.parser.normalize(sql);
    const others = parameters.slice(0, -1).map((each) => each.from === "literal" && each.value);
    const lists = values.map((value) => [...others, value]);
    await same("sargable_predicate", sql, ...lists);
  });

  test("gives no end that a condition gives already", async () => {
    const beside = (more: string) =>
      same("sargable_predicate", `SELECT id AS i FROM events WHERE year(ts) = 2020 AND ${more}`);
    expect(await beside("ts >= '2020-03-01'")).not.toContain(">= COALESCE");
    expect(await beside("ts < '2020-03-01'")).not.toContain("<= COALESCE");
    await never(
      "sargable_predicate",
      "SELECT id FROM events WHERE year(ts) = 2020 AND ts BETWEEN '2020-03-01' AND '2020-04-01'",
    );
  });

  test("a number is no beginning of a text, and no text of another collation either", async () => {
    const sql =
      "SELECT id AS i FROM events WHERE left(coalesce(name, ''), 1) = 'a' AND left(name, 1) = 'a'";
    await same("sargable_predicate", sql);
    await never(
      "sargable_predicate",
      "SELECT id FROM events WHERE left(name, 1) = 'A' COLLATE NOCASE",
    );
  });

  test("is not offered while types are unknown, or names are in doubt", async () => {
    const untyped = TABLES.map(({ name, columns }) => ({
      name,
      columns: columns.map((column) => ({ name: column.name })),
    }));
    await never("sargable_predicate", "SELECT id FROM events WHERE year(ts) = 2020", untyped);
    await never(
      "sargable_predicate",
      "WITH events AS (SELECT 'x' AS ts) SELECT 1 FROM events WHERE year(ts) = 2020",
    );
    await never("sargable_predicate", "SELECT 1 FROM events, strangers WHERE year(ts) = 2020");
  });
});

describe("a table that shares its name with a CTE of another scope", () => {
  const column = (name: string, type: string) => ({ name, type, nullable: true });
  const tables = [
    { name: "t", columns: [column("id", "INTEGER"), column("ts", "TIMESTAMP WITH TIME ZONE")] },
    { name: "u", columns: [column("id", "INTEGER"), column("d", "DATE")] },
  ].map((one) => ({ ...one, constraints: [] }));

  test.each([
    "WITH q AS (SELECT id FROM t WHERE year(ts) = 2024), t AS (SELECT id, d AS ts FROM u) SELECT * FROM q",
    "SELECT id FROM t WHERE year(ts) = 2024 AND id IN (WITH t AS (SELECT id, d AS ts FROM u) SELECT id FROM t)",
  ])("gets no range of the CTE's type: %s", async (sql) => {
    const parser = await createShapeParser();
    const offered = await parser.rewrite(sql, tables, []);
    parser.close();
    expect(offered).toEqual([]);
  });
});
