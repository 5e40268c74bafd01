import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RewriteRule } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "../index";
import type { Tables } from "../shape";

const TABLES: Tables = [
  {
    name: "events",
    columns: [
      { name: "id", type: "INTEGER", nullable: false },
      { name: "customer", type: "INTEGER" },
      { name: "ts", type: "TIMESTAMP" },
      { name: "day", type: "DATE" },
      { name: "name", type: "VARCHAR" },
      { name: "amount", type: "INTEGER" },
    ],
    constraints: [{ type: "PRIMARY KEY", columns: ["id"] }],
  },
  {
    name: "customers",
    columns: [
      { name: "id", type: "INTEGER", nullable: false },
      { name: "region", type: "INTEGER" },
      { name: "code", type: "INTEGER", nullable: false },
    ],
    constraints: [{ type: "PRIMARY KEY", columns: ["id"] }],
  },
];

let parser: ShapeParser;
let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  parser = await createShapeParser();
  instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  connection = await instance.connect();
  for (const sql of DATA) await connection.run(sql);
});
afterAll(() => {
  parser.close();
  connection.closeSync();
  instance.closeSync();
});

// Few values, so that ties, duplicates and NULLs meet in every combination.
const DATA = [
  "SELECT setseed(0.37)",
  `CREATE TABLE events (id INTEGER PRIMARY KEY, customer INTEGER, ts TIMESTAMP, day DATE,
     name VARCHAR, amount INTEGER)`,
  `INSERT INTO events SELECT i,
     CASE WHEN random() < 0.9 THEN CAST(random() * 12 AS INTEGER) END,
     CASE WHEN random() < 0.9 THEN TIMESTAMP '2019-12-30' + to_hours(CAST(random() * 11000 AS INTEGER)) END,
     CASE WHEN random() < 0.9 THEN DATE '2019-12-30' + CAST(random() * 460 AS INTEGER) END,
     CASE WHEN random() < 0.9 THEN 'a' || substr('bé%_c', 1 + CAST(random() * 4 AS INTEGER), 2) || CAST(random() * 3 AS INTEGER) END,
     CASE WHEN random() < 0.9 THEN CAST(random() * 20 AS INTEGER) END
   FROM range(600) r(i)`,
  `INSERT INTO events VALUES (1000, 1, 'infinity', 'infinity', '', 0), (1001, 2, '-infinity', '-infinity', 'a', 1),
     (1002, 3, '2020-01-01 00:00:00', '2020-01-01', 'ab', 2), (1003, 3, '2020-12-31 23:59:59.999999', '2020-12-31', 'abc', 2),
     (1004, 3, '2021-01-01 00:00:00', '2021-01-01', 'ab', 2), (1005, 4, '2020-03-01 00:00:00', '2020-03-01', NULL, 2)`,
  "CREATE TABLE customers (id INTEGER PRIMARY KEY, region INTEGER, code INTEGER NOT NULL)",
  `INSERT INTO customers SELECT i, CASE WHEN i % 4 > 0 THEN i % 3 END, CAST(random() * 9 AS INTEGER) FROM range(20) r(i)`,
];

async function sorted(sql: string, values: readonly string[]): Promise<string[]> {
  const text = values.reduce((all, value, at) => all.replaceAll(`$${at + 1}`, () => value), sql);
  const reader = await connection.runAndReadAll(text);
  const names = JSON.stringify(reader.columnNames());
  return [names, ...reader.getRowsJson().map((row) => JSON.stringify(row))].sort();
}

async function optionsOf(sql: string, tables = TABLES) {
  return parser.rewrite((await parser.normalize(sql)).sql, tables);
}

const literal = (value: unknown): string =>
  typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);

/** The rewritten text, after it was shown to answer the same for each list of literals. */
async function same(rule: RewriteRule, sql: string, ...further: unknown[][]): Promise<string> {
  const query = await parser.normalize(sql);
  const option = (await parser.rewrite(sql, TABLES)).find((each) => each.rule === rule);
  expect(option, `${rule} is offered for ${sql}`).toBeDefined();
  const own = query.parameters.map((source) => (source.from === "literal" ? source.value : null));
  for (const values of [own, ...further]) {
    const literals = values.map(literal);
    const [before, after] = [query.sql, option?.sql ?? ""].map((text) => sorted(text, literals));
    expect(await after, `${option?.sql} with ${literals}`).toEqual(await before);
  }
  return option?.sql ?? "";
}

const never = async (rule: RewriteRule, sql: string, tables = TABLES) =>
  expect((await optionsOf(sql, tables)).map((each) => each.rule)).not.toContain(rule);

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
    await never(
      "sargable_predicate",
      `SELECT id FROM events WHERE ts ${sign} INTERVAL 1 MONTH > '2020-06-01'`,
    );
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
    const { parameters } = await parser.normalize(sql);
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

describe("drop_distinct keeps the rows", () => {
  test.each([
    "SELECT DISTINCT id, name AS n FROM events WHERE amount > 3",
    "SELECT DISTINCT * FROM events AS e",
    "SELECT DISTINCT e.id, row_number() OVER (ORDER BY id) AS n FROM events e ORDER BY 2",
    "SELECT count(DISTINCT id) AS n, count(DISTINCT e.id) FILTER (WHERE amount > 5) AS m FROM events e",
    "SELECT customer, count(DISTINCT id) AS n FROM events GROUP BY customer HAVING count(DISTINCT id) > 2",
    "SELECT count(*) AS n FROM (SELECT DISTINCT id, code FROM customers) q",
    "SELECT id AS i FROM customers WHERE id IN (SELECT customer FROM events UNION SELECT amount FROM events)",
    "SELECT id AS i FROM customers c WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.customer = c.id UNION SELECT 2 FROM events e WHERE e.amount = c.id)",
  ])("%s", async (sql) => {
    expect(await same("drop_distinct", sql)).not.toMatch(/DISTINCT|UNION \(/);
  });

  test.each([
    "SELECT DISTINCT name FROM events",
    "SELECT DISTINCT id + 0 FROM events",
    "SELECT DISTINCT id, unnest([1, 1]) FROM events",
    "SELECT DISTINCT e.id FROM events e JOIN customers c ON c.id = e.customer",
    "SELECT DISTINCT ON (name) id FROM events",
    "SELECT DISTINCT * EXCLUDE (id) FROM events",
    "SELECT DISTINCT customer FROM events GROUP BY customer",
    "SELECT count(DISTINCT name) FROM events",
    "SELECT count(DISTINCT e.id) FROM events e, customers",
    "SELECT id FROM customers UNION SELECT customer FROM events",
    "SELECT id FROM customers WHERE id IN (SELECT customer FROM events UNION SELECT 3 ORDER BY 1 LIMIT 2)",
    "SELECT (SELECT 1 UNION SELECT 1)",
    "WITH events AS (SELECT 1 AS id UNION ALL SELECT 1) SELECT DISTINCT id FROM events",
  ])("is not offered for %s", (sql) => never("drop_distinct", sql));

  test("is not offered where an unnamed column would be called otherwise", () =>
    never("drop_distinct", "SELECT count(DISTINCT id) FROM events"));

  test("is not offered for a UNIQUE column that may be NULL", async () => {
    const tables = TABLES.map((table) => ({
      ...table,
      columns: table.columns.map(({ name }) => ({ name })),
      constraints: [{ type: "UNIQUE", columns: ["id"] }],
    }));
    await never("drop_distinct", "SELECT DISTINCT id FROM events", tables);
  });
});

describe("drop_order_by keeps the rows", () => {
  test.each([
    "SELECT customer, sum(amount) AS s FROM (SELECT * FROM events ORDER BY ts DESC) q GROUP BY customer",
    "SELECT count(*) AS n FROM (SELECT id FROM events ORDER BY name) q JOIN customers c ON c.id = q.id",
    "WITH q AS (SELECT * FROM events ORDER BY ts) SELECT max(amount) AS m FROM q",
    "SELECT id AS i FROM customers WHERE id IN (SELECT customer FROM events ORDER BY ts)",
    "SELECT id AS i FROM customers c WHERE EXISTS (SELECT 1 FROM events e WHERE e.customer = c.id ORDER BY e.ts)",
    "SELECT count(*) AS n FROM (SELECT id FROM customers UNION SELECT amount FROM events ORDER BY 1) q",
  ])("%s", async (sql) => {
    expect(await same("drop_order_by", sql)).not.toContain("ORDER BY");
  });

  test.each([
    "SELECT * FROM (SELECT * FROM events ORDER BY ts) q",
    "SELECT sum(amount) FROM (SELECT * FROM events ORDER BY ts LIMIT 10) q",
    "SELECT id FROM customers WHERE id IN (SELECT customer FROM events ORDER BY ts LIMIT 3)",
    "SELECT first(name) FROM (SELECT * FROM events ORDER BY ts) q",
    "SELECT customer, list(name) FROM (SELECT * FROM events ORDER BY ts) q GROUP BY customer",
    "SELECT string_agg(name, ',') FROM (SELECT * FROM events ORDER BY ts) q",
    "SELECT sum(sum(amount)) OVER () FROM (SELECT * FROM events ORDER BY ts) q GROUP BY customer",
    "SELECT customer, count(*) FROM (SELECT * FROM events ORDER BY ts) q GROUP BY customer LIMIT 3",
    "SELECT count(*) FROM (SELECT DISTINCT ON (customer) * FROM events ORDER BY ts) q",
    "WITH q AS (SELECT * FROM events ORDER BY ts) SELECT count(*), (SELECT list(id) FROM q) FROM q",
    "SELECT id FROM events ORDER BY ts",
  ])("is not offered for %s", (sql) => never("drop_order_by", sql));
});

describe("decorrelate_subquery keeps the rows", () => {
  test.each([
    "SELECT c.id AS i, (SELECT sum(e.amount) FROM events e WHERE e.customer = c.id) AS s FROM customers c",
    "SELECT c.id AS i, (SELECT count(*) FROM events e WHERE c.region = e.customer AND e.amount > 4) AS n FROM customers c",
    "SELECT c.id AS i, 1 + (SELECT max(amount) FROM events WHERE customer = c.code) AS m, (SELECT count(amount) FROM events e WHERE e.customer = c.code) AS n FROM customers c ORDER BY 1",
    "SELECT c.id AS i, (SELECT min(e.amount) FROM events e WHERE e.customer = c.id AND e.amount = c.code) AS m FROM customers c LEFT JOIN events x ON x.id = c.id",
    "SELECT c.*, (SELECT avg(e.amount) FROM events e WHERE e.customer = c.region) AS a FROM customers c",
  ])("%s", async (sql) => {
    expect(await same("decorrelate_subquery", sql)).toContain("LEFT JOIN (SELECT");
  });

  test.each([
    "SELECT c.id, (SELECT sum(amount) FROM events) AS s FROM customers c",
    "SELECT c.id, (SELECT sum(e.amount) FROM events e WHERE e.customer > c.id) AS s FROM customers c",
    "SELECT c.id, (SELECT sum(e.amount + c.id) FROM events e WHERE e.customer = c.id) AS s FROM customers c",
    "SELECT c.id, (SELECT list(e.amount) FROM events e WHERE e.customer = c.id) AS s FROM customers c",
    "SELECT c.id, (SELECT e.amount FROM events e WHERE e.customer = c.id LIMIT 1) AS s FROM customers c",
    "SELECT *, (SELECT sum(e.amount) FROM events e WHERE e.customer = c.id) AS s FROM customers c",
    "SELECT c.id, (SELECT sum(e.amount) FROM events e WHERE e.customer = c.id) AS s FROM customers c WHERE c.id = 3",
    "SELECT sum((SELECT sum(e.amount) FROM events e WHERE e.customer = c.id)) AS s FROM customers c",
    "SELECT c.id, (SELECT sum(e.amount) FROM events e WHERE e.customer = c.id) FROM customers c",
    "SELECT c.id, (SELECT sum(e.amount) FROM events e WHERE e.customer = c.id HAVING count(*) > 1) AS s FROM customers c",
  ])("is not offered for %s", (sql) => never("decorrelate_subquery", sql));
});

describe("not_in_to_anti_join keeps the rows", () => {
  test.each([
    "SELECT e.id AS i FROM events e WHERE e.id NOT IN (SELECT c.id FROM customers c WHERE c.region = e.customer)",
    "SELECT id AS i FROM events e WHERE id NOT IN (SELECT c.code FROM customers c WHERE c.region < e.amount AND c.id > 3) AND e.amount > 2",
  ])("%s", async (sql) => {
    expect(await same("not_in_to_anti_join", sql)).toContain("NOT EXISTS");
  });

  test.each([
    "SELECT id FROM events e WHERE e.customer NOT IN (SELECT c.id FROM customers c WHERE c.region = e.amount)",
    "SELECT id FROM events e WHERE e.id NOT IN (SELECT c.region FROM customers c WHERE c.id = e.amount)",
    "SELECT id FROM events e WHERE e.id NOT IN (SELECT c.id FROM customers c)",
    "SELECT id FROM events e WHERE e.id NOT IN (SELECT max(c.id) FROM customers c WHERE c.region = e.amount)",
    "SELECT id FROM events e WHERE e.id NOT IN (SELECT c.id FROM customers c WHERE c.region = e.amount LIMIT 1)",
    "SELECT x.id FROM customers x LEFT JOIN events e ON e.id = x.id WHERE e.id NOT IN (SELECT c.id FROM customers c WHERE c.region = x.code)",
    "SELECT id FROM events e WHERE e.id IN (SELECT c.id FROM customers c WHERE c.region = e.amount)",
    "SELECT id FROM events c WHERE c.id NOT IN (SELECT c.id FROM customers c WHERE c.region = 3)",
  ])("is not offered for %s", (sql) => never("not_in_to_anti_join", sql));
});

describe("top_n keeps the rows", () => {
  test.each([
    "SELECT q.id, amount AS a FROM (SELECT *, row_number() OVER (ORDER BY amount DESC, id) AS n FROM events) q WHERE n <= 7",
    "SELECT id AS i, n FROM (SELECT e.id, row_number() OVER (ORDER BY e.ts, e.id) AS n FROM events e WHERE e.amount > 4) q WHERE q.n < 9 AND i > 3",
    "SELECT id AS i FROM (SELECT id, row_number() OVER (ORDER BY name NULLS FIRST, id) AS n FROM events) q WHERE n BETWEEN 3 AND 9",
    "SELECT id AS i FROM (SELECT id, row_number() OVER (ORDER BY day DESC NULLS LAST, id) AS n FROM events) WHERE n = 4",
    "SELECT id AS i, amount FROM events QUALIFY row_number() OVER (ORDER BY amount, id) <= 5",
    "WITH q AS (SELECT id, row_number() OVER (ORDER BY amount, id) AS n FROM (SELECT * FROM events WHERE amount < 9) w) SELECT count(*) AS n FROM (SELECT * FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM events) r WHERE n <= 3)",
  ])("%s", async (sql) => {
    expect(await same("top_n", sql)).toContain("LIMIT");
  });

  test.each([
    "SELECT id FROM (SELECT id, rank() OVER (ORDER BY amount) AS n FROM events) q WHERE n <= 7",
    "SELECT id FROM (SELECT id, row_number() OVER () AS n FROM events) q WHERE n <= 7",
    "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY customer ORDER BY id) AS n FROM events) q WHERE n <= 7",
    "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n, sum(id) OVER () AS s FROM events) q WHERE n <= 7",
    "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM events) q WHERE n > 7",
    "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM events) q WHERE n <= 7 OR id = 3",
    "SELECT id FROM (SELECT DISTINCT id, row_number() OVER (ORDER BY id) AS n FROM events) q WHERE n <= 7",
    "SELECT s FROM (SELECT sum(id) AS s, row_number() OVER (ORDER BY customer) AS n FROM events GROUP BY customer) q WHERE n <= 7",
    "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY rowid) AS n, rowid FROM events) q WHERE n <= 7",
    "SELECT a FROM (SELECT -id AS a, row_number() OVER (ORDER BY a) AS n FROM events) q WHERE n <= 7",
  ])("is not offered for %s", (sql) => never("top_n", sql));
});

describe("or_to_in keeps the rows", () => {
  test.each([
    [
      "amount = 1 OR amount = 2",
      [
        [3, 3],
        [3, null],
        ["4", 5],
        [2.5, 3],
      ],
    ],
    ["amount = 1 OR 2 = amount OR amount IN (3, 4)", [[1, 1, 1, 1]]],
    ["(name = 'ab' OR name = 'abc') AND amount > 1", [["", "x", 0]]],
    ["day = DATE '2020-01-01' OR day = DATE '2020-12-31'", [["infinity", "-infinity"]]],
    ["ts = '2020-01-01' OR ts = '2021-01-01'", [["infinity", "2020-01-01"]]],
  ])("%s", async (condition, lists) => {
    const text = await same(
      "or_to_in",
      `SELECT id AS i FROM events e WHERE ${condition}`,
      ...lists,
    );
    expect(text).toContain(" IN (");
    expect(text).not.toContain(" OR ");
  });

  test.each([
    "amount = 1 OR customer = 2",
    "amount = 1 OR amount > 2",
    "amount = 1 OR amount = customer",
    "amount = 1 OR amount IS NULL",
    "amount = 1 OR (amount = 2 AND id = 3)",
    "amount = CAST(1 AS DOUBLE) OR amount = 2",
    "amount + 1 = 1 OR amount + 1 = 2",
    "name = 'a' COLLATE NOCASE OR name = 'b'",
    "amount = 1 OR amount = (SELECT 2)",
  ])("is not offered for %s", (condition) =>
    never("or_to_in", `SELECT id FROM events WHERE ${condition}`),
  );

  test("is not offered for a column of few values", async () => {
    const tables = TABLES.map((table) => ({
      ...table,
      columns: table.columns.map(({ name }) => ({ name, type: "ENUM('a', 'b')" })),
    }));
    await never("or_to_in", "SELECT id FROM events WHERE name = 'a' OR name = 'b'", tables);
  });
});

test("nothing is offered for texts with volatile functions, writes, or no SELECT at all", async () => {
  for (const sql of [
    "SELECT DISTINCT id, random() FROM events WHERE year(ts) = 2020",
    "SELECT id FROM events WHERE id IN (SELECT nextval('s') FROM events ORDER BY ts)",
    "DELETE FROM events WHERE year(ts) = 2020",
    "SELECT 1; SELECT DISTINCT id FROM events",
    "SELEC ' broken",
    "",
  ]) {
    expect(await parser.rewrite(sql, TABLES)).toEqual([]);
  }
});
