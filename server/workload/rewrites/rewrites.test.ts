import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RewriteExamples, TABLES } from "../testing/rewrite-examples";

let examples: RewriteExamples;
beforeAll(async () => {
  examples = await RewriteExamples.open();
});
afterAll(() => examples.close());

const same: RewriteExamples["same"] = (...query) => examples.same(...query);
const never: RewriteExamples["never"] = (...query) => examples.never(...query);

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
    expect(await examples.parser.rewrite(sql, TABLES)).toEqual([]);
  }
});
