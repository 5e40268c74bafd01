import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "@/demo/connector/catalog";
import type { RewriteRule } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "../index";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

/** A database of its own, and what its catalog tells of the tables. */
async function open(setup: readonly string[]) {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  for (const sql of setup) await connection.run(sql);
  const rows = async (sql: string) => {
    const reader = await connection.runAndReadAll(sql);
    return [reader.columnNames(), ...reader.getRowsJson()].map((row) => JSON.stringify(row)).sort();
  };
  const tables = await readCatalog(connection);
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  return { rows, tables, close };
}

const put = (sql: string, values: readonly string[]): string =>
  values.reduce((all, value, at) => all.replaceAll(`$${at + 1}`, () => value), sql);

/** No text by the rule, where the rows of one would be others. */
async function never(rule: RewriteRule, setup: readonly string[], sql: string): Promise<void> {
  const db = await open(setup);
  try {
    // The query itself is one that DuckDB answers.
    await db.rows(sql);
    const query = await parser.normalize(sql);
    const options = await parser.rewrite(query.sql, db.tables);
    expect(options.map((each) => each.rule)).not.toContain(rule);
  } finally {
    db.close();
  }
}

/** The rule's text, which answers the same for each list of values. */
async function same(
  rule: RewriteRule,
  setup: readonly string[],
  sql: string,
  ...lists: string[][]
): Promise<string> {
  const db = await open(setup);
  try {
    const query = await parser.normalize(sql);
    const option = (await parser.rewrite(query.sql, db.tables)).find((each) => each.rule === rule);
    expect(option, `${rule} is offered for ${sql}`).toBeDefined();
    const text = option?.sql ?? "";
    const own = query.parameters.map((each) => (each.from === "literal" ? String(each.value) : ""));
    for (const values of [own, ...lists]) {
      expect(await db.rows(put(text, values)), text).toEqual(await db.rows(put(query.sql, values)));
    }
    return text;
  } finally {
    db.close();
  }
}

describe("not_in_to_anti_join", () => {
  const PAIR = [
    "CREATE TABLE a (id INTEGER PRIMARY KEY, r INTEGER)",
    "CREATE TABLE b (id INTEGER PRIMARY KEY, k INTEGER)",
    "INSERT INTO a VALUES (1, 1), (2, 2)",
    "INSERT INTO b VALUES (1, 1), (3, 1)",
  ];
  test.each([
    "SELECT b.id FROM a FULL JOIN b ON a.id = b.id WHERE a.id NOT IN (SELECT x.id FROM a x WHERE x.r = b.k)",
    "SELECT b.id FROM b FULL OUTER JOIN a ON a.id = b.id WHERE a.id NOT IN (SELECT x.id FROM a x WHERE x.r = b.k)",
    "SELECT a.id FROM a WHERE a.id NOT IN (SELECT x.id FROM b x FULL JOIN b y ON y.id = x.id + 1 WHERE y.k = a.r)",
  ])("sees the NULLs of a full join: %s", (sql) => never("not_in_to_anti_join", PAIR, sql));

  test("is offered beside an inner join, and on the side an outer join keeps", async () => {
    for (const join of ["JOIN", "LEFT JOIN", "SEMI JOIN"]) {
      const sql = `SELECT a.id FROM a ${join} b ON a.id = b.id WHERE a.id NOT IN (SELECT x.id FROM b x WHERE x.k = a.r)`;
      expect(await same("not_in_to_anti_join", PAIR, sql)).toContain("NOT EXISTS");
    }
  });
});

describe("decorrelate_subquery", () => {
  const sumFor = (keys: string) =>
    `SELECT c.id, (SELECT sum(e.amount) FROM e WHERE ${keys}) AS s FROM c`;
  test.each([
    ["VARCHAR", "INTEGER", "('1', 10), ('01', 5)"],
    ["DOUBLE", "BIGINT", "(9007199254740993, 10), (9007199254740992, 5)"],
    ["DOUBLE", "DOUBLE", "(0.0, 10), (-0.0, 5)"],
    ["INTERVAL", "INTERVAL", "('30 days', 10), ('1 month', 5)"],
  ])("joins no %s with a %s that is equal to several of them", (code, id, values) =>
    never(
      "decorrelate_subquery",
      [
        `CREATE TABLE c (id ${id})`,
        `CREATE TABLE e (code ${code}, amount INTEGER)`,
        `INSERT INTO e VALUES ${values}`,
        "INSERT INTO c SELECT TRY_CAST(code AS VARCHAR) FROM e LIMIT 1",
      ],
      sumFor("e.code = c.id"),
    ),
  );

  test("leaves the query's own columns value and key_1 what they are", async () => {
    const setup = [
      'CREATE TABLE c (id INTEGER, "value" INTEGER, key_1 INTEGER)',
      "INSERT INTO c VALUES (1, 7, 8), (2, 9, 10)",
      "CREATE TABLE e (code INTEGER, amount INTEGER)",
      "INSERT INTO e VALUES (1, 10), (1, 5)",
    ];
    const sql =
      'SELECT "value" AS v, key_1 AS k, (SELECT sum(e.amount) FROM e WHERE e.code = c.id) AS s FROM c';
    expect(await same("decorrelate_subquery", setup, sql)).toContain("LEFT JOIN");
  });
});

describe("drop_distinct", () => {
  test.each(["generate_subscripts(a, 1) > 0", "unnest(a)", "regexp_split_to_table(s, ' ')"])(
    "knows that %s answers several rows",
    (item) =>
      never(
        "drop_distinct",
        [
          "CREATE TABLE t (k INTEGER PRIMARY KEY, a INTEGER[], s VARCHAR)",
          "INSERT INTO t VALUES (1, [5, 5], 'x x'), (2, [1], 'y')",
        ],
        `SELECT DISTINCT k, ${item} AS x FROM t`,
      ),
  );
});

describe("top_n", () => {
  const ROWS = [
    "CREATE TABLE t (id INTEGER, n INTEGER, s STRUCT(n INTEGER))",
    "INSERT INTO t VALUES (1, 9, {n: 9}), (2, 9, {n: 9}), (3, 1, {n: 1}), (4, 1, {n: 1})",
    "CREATE TABLE p AS SELECT id FROM t",
  ];
  const numbered = "row_number() OVER (ORDER BY id) AS n";
  test.each([
    `SELECT id, ${numbered} FROM t QUALIFY n <= 2`,
    `SELECT *, ${numbered} FROM t QUALIFY n <= 2`,
    `SELECT id, ${numbered} FROM (SELECT * FROM t) q QUALIFY n <= 2`,
    `SELECT id FROM (SELECT id, s, ${numbered} FROM t) q WHERE s.n <= 2`,
    `SELECT * FROM (SELECT *, ${numbered} FROM t) WHERE n <= 2`,
    `SELECT id FROM (SELECT t.*, ${numbered} FROM t) q WHERE q.n <= 2`,
    `SELECT id FROM (SELECT t.n, id, ${numbered} FROM t) q WHERE n <= 2`,
    `SELECT id FROM (SELECT id, -id AS N, ${numbered} FROM t) q WHERE n <= 2`,
    `SELECT id FROM (SELECT s.*, id, ${numbered} FROM t) q WHERE n <= 2`,
    `SELECT id FROM (SELECT COLUMNS('n|id'), ${numbered} FROM t) q WHERE n <= 2`,
    `SELECT m FROM (SELECT * RENAME (id AS n, n AS m), ${numbered} FROM t) q WHERE n <= 2`,
    `SELECT id FROM (SELECT *, ${numbered} FROM (SELECT * FROM t) r) q WHERE n <= 2`,
  ])("takes no column for the number: %s", (sql) => never("top_n", ROWS, sql));

  test.each([
    `SELECT id FROM (SELECT id, n AS m, ${numbered} FROM t) q WHERE q.n <= 2`,
    `SELECT id FROM (SELECT *, ${numbered} FROM p) q WHERE n <= 2`,
    `SELECT *, ${numbered} FROM p QUALIFY n <= 2`,
    "SELECT p.* FROM p QUALIFY row_number() OVER (ORDER BY id) <= 2",
  ])("keeps the rows for a bound below 1 and for NULL: %s", async (sql) => {
    const text = await same(
      "top_n",
      ROWS,
      sql,
      ["-1"],
      ["0"],
      ["NULL"],
      ["1000"],
      ["2.5"],
      ["2.4e0"],
      ["'3'"],
      ["'9223372036854775807'"],
      ["9223372036854775807"],
      ["170141183460469231731687303715884105727"],
      ["1e300"],
    );
    expect(text).toContain("LIMIT greatest(COALESCE(TRY_CAST($1 AS BIGINT)");
  });
});

test("nothing is offered for a query that calls a macro of the product's", async () => {
  const setup = [
    "CREATE TABLE t (k INTEGER PRIMARY KEY, x INTEGER)",
    "INSERT INTO t VALUES (1, 3), (2, 1), (3, 2)",
    "CREATE MACRO ml(v) AS list(v)",
    "CREATE MACRO twice(v) AS unnest([v, v])",
    "CREATE SCHEMA own",
    "CREATE MACRO own.abs(v) AS list(v)",
  ];
  const inside = "(SELECT * FROM t ORDER BY x) q";
  await never("drop_order_by", setup, `SELECT count(*) AS n, ml(x) AS a FROM ${inside}`);
  await never("drop_order_by", setup, `SELECT count(*) AS n, own.abs(x) AS a FROM ${inside}`);
  await never("drop_distinct", setup, "SELECT DISTINCT k, twice(1) AS x FROM t");
});

test("operators, casts, literals of lists and structs, stars and counts are no strangers", async () => {
  const setup = [
    "CREATE TABLE t (k INTEGER PRIMARY KEY, s VARCHAR, a INTEGER[], d DATE)",
    "INSERT INTO t VALUES (1, 'x', [1, 2], '2020-01-01'), (2, NULL, NULL, NULL)",
  ];
  const items = [
    "count(*) OVER () AS n",
    "COLUMNS('s')",
    "[k, 1] AS l",
    "{a: k, b: s} AS o",
    "MAP {'a': k} AS m",
    "(k, s) AS r",
    "a[1] AS e",
    "a[1:2] AS f",
    "k::VARCHAR || s AS c",
    "-k + 2 * k // 3 % 4 AS p",
    "k & 1 | 2 << 1 AS b",
    "s LIKE 'x%' OR s NOT ILIKE 'y' ESCAPE '!' OR s SIMILAR TO '.' OR s ~ 'z' OR s GLOB '*' AS t",
    "d + INTERVAL 3 DAY AS g",
    "EXTRACT(year FROM d) AS y",
    "list_transform(a, lambda i: i + 1) AS h",
    "[i * 2 FOR i IN a IF i > 1] AS j",
    "coalesce(nullif(k, 1), ifnull(k, 2), CASE WHEN k IN (1, 2) THEN 3 END) AS u",
    "lag(k) OVER (ORDER BY k) AS w",
    "position('x' IN s) + length(trim(BOTH 'x' FROM s)) AS v",
    "s COLLATE NOCASE AS x",
  ];
  expect(
    await same("drop_distinct", setup, `SELECT DISTINCT k, ${items.join(", ")} FROM t`),
  ).not.toContain("DISTINCT");
});

describe("drop_order_by", () => {
  test.each([
    "SELECT sum(a.x * b.y) AS s FROM (SELECT x FROM t ORDER BY x) a POSITIONAL JOIN (SELECT y FROM u ORDER BY y) b",
    "WITH a AS (SELECT x FROM t ORDER BY x) SELECT sum(a.x * b.y) AS s FROM a POSITIONAL JOIN u b",
    "SELECT sum(a.s * b.y) AS s FROM (SELECT x, sum(x) AS s FROM (SELECT x FROM t ORDER BY x) q GROUP BY x) a POSITIONAL JOIN u b",
    "SELECT count(*) AS n FROM u c JOIN ((SELECT x FROM t ORDER BY x) a POSITIONAL JOIN u b) ON c.y = a.x * b.y",
  ])("keeps the order that pairs the rows: %s", (sql) =>
    never(
      "drop_order_by",
      [
        "CREATE TABLE t (x INTEGER)",
        "CREATE TABLE u (y INTEGER)",
        "INSERT INTO t VALUES (3), (1), (2)",
        "INSERT INTO u VALUES (10), (30), (20)",
      ],
      sql,
    ),
  );
});

test("an age is a range that ends where its interval began, in any zone", async () => {
  const setup = [
    "SET TimeZone = 'Pacific/Apia'",
    "CREATE TABLE t AS SELECT i AS id, CAST(now() AS TIMESTAMP) - to_hours(i * 3) AS ts FROM range(200) r(i)",
  ];
  for (const operator of ["<", ">=", "<>"]) {
    const sql = `SELECT id FROM t WHERE now() - ts ${operator} INTERVAL 250 HOUR`;
    if (operator === "<>") await never("sargable_predicate", setup, sql);
    else expect(await same("sargable_predicate", setup, sql)).toContain("to_hours(26)");
  }
});

describe("what takes rows by their order keeps it", () => {
  const SETUP = [
    "CREATE TABLE t (id INTEGER PRIMARY KEY, s VARCHAR, k INTEGER, x DOUBLE, i INTERVAL, h HUGEINT)",
    `INSERT INTO t VALUES (1, 'b', 1, 0.0, '30 days', 1), (2, 'B', 1, -0.0, '1 month', 2),
      (3, 'a', 2, 1.5, '1 day', 3), (4, 'A', 2, 2.5, '24 hours', 4)`,
    "CREATE TABLE u (id INTEGER NOT NULL, k INTEGER)",
    "CREATE UNIQUE INDEX by_id ON u (id)",
    "INSERT INTO u VALUES (4, 1), (2, 1), (3, 2)",
  ];
  const sorted = "(SELECT * FROM t ORDER BY id DESC) z";
  test.each<[RewriteRule, string]>([
    ["drop_order_by", `SELECT max(s COLLATE NOCASE) AS m FROM ${sorted}`],
    ["drop_order_by", `SELECT s COLLATE NOCASE AS m FROM ${sorted} GROUP BY 1`],
    ["drop_order_by", `SELECT max(x) AS m FROM ${sorted}`],
    ["drop_order_by", `SELECT x, count(*) AS m FROM ${sorted} GROUP BY x`],
    ["drop_order_by", `SELECT min(i) AS m FROM ${sorted}`],
    ["drop_order_by", `SELECT max(y) AS m FROM (SELECT x AS y FROM t ORDER BY id) z`],
    ["drop_order_by", `SELECT sum(h) AS m FROM ${sorted}`],
    ["drop_order_by", `SELECT arg_min(s, k) AS m FROM ${sorted}`],
    ["drop_order_by", `SELECT any_value(s) AS m FROM ${sorted}`],
    ["drop_order_by", `SELECT list(k) AS l FROM (SELECT k FROM ${sorted} GROUP BY k) y`],
    [
      "drop_order_by",
      `SELECT k FROM (SELECT k, count(*) AS n FROM ${sorted} GROUP BY k) y LIMIT 1`,
    ],
    [
      "drop_order_by",
      `SELECT row_number() OVER () AS r, k FROM (SELECT k FROM ${sorted} GROUP BY k) y`,
    ],
    ["drop_order_by", `SELECT sum(z.k) AS m FROM u ASOF JOIN ${sorted} ON u.k >= z.k`],
    ["drop_distinct", "SELECT list(id) AS l FROM (SELECT DISTINCT id FROM u) q"],
    ["drop_distinct", "SELECT DISTINCT id FROM u LIMIT 2"],
    [
      "drop_distinct",
      "SELECT list(id) AS l FROM t WHERE id IN (SELECT id FROM u UNION SELECT k FROM u)",
    ],
    ["drop_distinct", "SELECT DISTINCT id, k FROM u ORDER BY k LIMIT 1"],
    [
      "not_in_to_anti_join",
      "SELECT list(id) AS l FROM t WHERE id NOT IN (SELECT u.id FROM u WHERE u.k = t.k)",
    ],
    [
      "decorrelate_subquery",
      "SELECT list(s) AS l FROM (SELECT t.id, (SELECT sum(u.k) FROM u WHERE u.id = t.id) AS s FROM t) q",
    ],
    [
      "decorrelate_subquery",
      "SELECT t.id, (SELECT sum(u.k) FROM u WHERE u.id = t.id) AS s FROM t LIMIT 2",
    ],
  ])("%s is not offered for %s", (rule, sql) => never(rule, SETUP, sql));

  test.each<[RewriteRule, string]>([
    ["drop_order_by", `SELECT k, max(s) AS m, count(x) AS n FROM ${sorted} GROUP BY k`],
    [
      "drop_order_by",
      `SELECT count(x) AS n, rank() OVER (ORDER BY 1) AS r FROM t WHERE id IN (SELECT id FROM t ORDER BY s)`,
    ],
    ["drop_distinct", "SELECT DISTINCT id, k FROM u"],
    ["drop_distinct", "SELECT DISTINCT id, k FROM u ORDER BY id DESC LIMIT 2"],
    ["drop_distinct", "SELECT DISTINCT id, sum(k) OVER (ORDER BY k) AS s FROM u"],
  ])("%s is offered for %s", async (rule, sql) => {
    await same(rule, SETUP, sql);
  });

  test("a unique index is no key of columns that may be NULL, nor over an expression", async () => {
    const table = "CREATE TABLE n (id INTEGER, v INTEGER NOT NULL)";
    const rows = "INSERT INTO n VALUES (NULL, 1), (NULL, 1)";
    for (const index of ["(id)", "(id, v)", "((id + 1))"]) {
      const setup = [table, rows, `CREATE UNIQUE INDEX i ON n ${index}`];
      await never("drop_distinct", setup, "SELECT DISTINCT id, v FROM n");
    }
  });
});

describe("decorrelate_subquery over a join", () => {
  const SETUP = [
    "CREATE TABLE c (id INTEGER)",
    "CREATE TABLE z (one INTEGER)",
    "INSERT INTO c VALUES (1), (2)",
    "INSERT INTO z VALUES (1)",
    "CREATE TABLE o (cid INTEGER, a INTEGER, h HUGEINT, p DECIMAL(12,2))",
    `INSERT INTO o VALUES (1, 1, 1, 1.5), (NULL, 1, 170141183460469231731687303715884105727, 2),
      (NULL, 2, 1, 3)`,
  ];
  const asked = (from: string, value = "sum(o.a)") =>
    `SELECT c.id AS i, (SELECT ${value} FROM o WHERE o.cid = c.id) AS s FROM ${from}`;
  test.each([
    asked("c, z"),
    asked("c CROSS JOIN z"),
    asked("c JOIN z ON c.id = z.one CROSS JOIN z y"),
    asked("c JOIN z ON c.id = z.one AND c.id = 1", "sum(o.h)"),
    asked("c JOIN z ON c.id < 2"),
    asked("c", "sum(o.h)"),
    asked("c", "avg(o.h)"),
    asked("c", "sum(o.a * o.a)"),
    asked("c", "max(CAST(o.p AS INTEGER))"),
    asked("c", "sum(o.a) FILTER (WHERE CAST(o.p AS INTEGER) > 1)"),
    asked("c", "sum(o.a)").replace("c.id)", "c.id AND CAST(o.p AS INTEGER) > 1)"),
  ])("is not offered: %s", (sql) => never("decorrelate_subquery", SETUP, sql));

  test.each([
    asked("c JOIN z ON c.id = z.one"),
    asked("c LEFT JOIN z ON c.id = z.one", "max(o.h)"),
    asked("c FULL JOIN z ON c.id = z.one", "count(*)"),
    asked("c SEMI JOIN z ON c.id = z.one"),
    asked("c", "sum(o.p * o.p + o.p)"),
    asked("c", "sum(o.a) FILTER (WHERE o.a > 0)"),
    asked("c", "sum(o.a)").replace("c.id)", "c.id AND o.p >= CAST(0 AS DECIMAL(9,2)))"),
  ])("is offered: %s", async (sql) => {
    await same("decorrelate_subquery", SETUP, sql);
  });
});

describe("a table with a collated column", () => {
  const setup = [
    "CREATE TABLE t (k VARCHAR COLLATE NOCASE PRIMARY KEY, d DATE)",
    "INSERT INTO t VALUES ('a', '2020-01-01'), ('A', '2020-01-02'), ('b', '2021-01-01')",
    "CREATE TABLE o AS SELECT 1 AS id",
  ];
  test.each<[RewriteRule, string]>([
    ["drop_distinct", "SELECT DISTINCT k FROM t"],
    ["drop_distinct", "SELECT count(DISTINCT k) AS n FROM T"],
    ["sargable_predicate", "SELECT k FROM t WHERE year(d) = 2020"],
    ["decorrelate_subquery", "SELECT t.k, (SELECT count(*) FROM t x WHERE x.k = t.k) AS n FROM t"],
    ["drop_order_by", "SELECT count(*) AS n FROM o WHERE id IN (SELECT 1 FROM t ORDER BY k)"],
  ])("is left alone by %s: %s", (rule, sql) => never(rule, setup, sql));
});
