import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withLiterals } from "@/server/proving/measure/replay/replay-text";
import { createShapeParser, parameterValues, type ShapeParser } from "@/server/workload";
import {
  openRewriteDatabase,
  type RewriteDatabase,
  readRows,
} from "@/server/workload/testing/rewrite-database";

let parser: ShapeParser;
let db: RewriteDatabase;
beforeAll(async () => {
  parser = await createShapeParser();
  db = await openRewriteDatabase([
    `CREATE TABLE t AS SELECT i AS id, ['red shoe', 'blue hat', 'green bag'][1 + i % 3] AS title, 'n' || i AS nm,
       52 + i / 100.0 AS lat, 13 + i / 100.0 AS lon, ['a', 'b', 'c'][: 1 + i % 3] AS tags,
       DATE '2020-01-01' + CAST(i AS INTEGER) AS d, i * 1.5 AS price, [i, i + 1, 2.0]::FLOAT[3] AS vec
     FROM range(60) r(i)`,
  ]);
});
afterAll(() => {
  db.close();
  parser.close();
});

const print = async (sql: string) => (await parser.normalize(sql)).fingerprint;

/** The normalized text, its values put in again, answers what was sent, under the same names. */
async function replaysAlike(sql: string): Promise<void> {
  const { sql: text, parameters, isParsed } = await parser.normalize(sql);
  expect(isParsed, sql).toBe(true);
  const replayed = withLiterals(text, parameterValues(parameters, []) ?? []);
  const [expected, ...rows] = await readRows(db.connection, sql, true);
  const [, ...again] = await readRows(db.connection, replayed, true);
  expect(again, `${expected}: ${replayed}`).toEqual(rows);
}

describe("one question, whatever is searched for (case 13)", () => {
  test.each([
    ["SELECT id FROM t WHERE title ILIKE '%red%'", "SELECT id FROM t WHERE title ILIKE '%blue%'"],
    [
      "SELECT id FROM t WHERE position('red' IN title) > 0",
      "SELECT id FROM t WHERE position('hat' IN title) > 0",
    ],
    [
      "SELECT id FROM t WHERE levenshtein(nm, 'n1') <= 1",
      "SELECT id FROM t WHERE levenshtein(nm, 'n22') <= 2",
    ],
    [
      "SELECT id, jaro_winkler_similarity(nm, 'n1') AS score FROM t ORDER BY score DESC, id LIMIT 5",
      "SELECT id, jaro_winkler_similarity(nm, 'n33') AS score FROM t ORDER BY score DESC, id LIMIT 5",
    ],
    [
      "SELECT id FROM t ORDER BY jaro_winkler_similarity(nm, 'n1') DESC, id LIMIT 5",
      "SELECT id FROM t ORDER BY jaro_winkler_similarity(nm, 'zz') DESC, id LIMIT 5",
    ],
    [
      "SELECT id FROM t ORDER BY (lat - 52.5) ** 2 + (lon - 13.4) ** 2 LIMIT 3",
      "SELECT id FROM t ORDER BY (lat - 48.137) ** 2 + (lon - 11.575) ** 2 LIMIT 3",
    ],
    [
      "SELECT id, (lat - 52.5) ** 2 + (lon - 13.4) ** 2 AS far FROM t ORDER BY 2 LIMIT 3",
      "SELECT id, (lat - 1.5) ** 2 + (lon - 3.25) ** 2 AS far FROM t ORDER BY 2 LIMIT 3",
    ],
    [
      "SELECT id FROM t ORDER BY array_distance(vec, [1.0, 2.5, 3.0]::FLOAT[3]) LIMIT 2",
      "SELECT id FROM t ORDER BY array_distance(vec, [11.25, 2.0, 30.5]::FLOAT[3]) LIMIT 2",
    ],
    [
      "SELECT id, contains(title, 'red') AS hit FROM t WHERE id < 9",
      "SELECT id, contains(title, 'hat') AS hit FROM t WHERE id < 20",
    ],
    [
      "SELECT id FROM t WHERE list_has_any(tags, ['a', 'b', 'c'])",
      "SELECT id FROM t WHERE list_has_any(tags, ['a', 'c', 'x', 'y'])",
    ],
    ["SELECT id FROM t WHERE id IN (1, 2, 3)", "SELECT id FROM t WHERE id IN (1, 2, 3, 4)"],
    ["SELECT id FROM t LIMIT 10 OFFSET 20", "SELECT id FROM t LIMIT 10 OFFSET 40"],
    [
      "SELECT id FROM t WHERE date_diff('day', d, DATE '2020-02-01') < 3",
      "SELECT id FROM t WHERE date_diff('day', d, DATE '2020-02-22') < 30",
    ],
    [
      "SELECT id FROM t WHERE sqrt((lat - 52.5) ** 2 + (lon - 13.4) ** 2) < 0.1",
      "SELECT id FROM t WHERE sqrt((lat - 52.25) ** 2 + (lon - 13.125) ** 2) < 0.75",
    ],
    [
      "SELECT title, count(*) AS c FROM t WHERE contains(title, 'e') GROUP BY title ORDER BY c DESC",
      "SELECT title, count(*) AS c FROM t WHERE contains(title, 'a') GROUP BY title ORDER BY c DESC",
    ],
  ])("%s", async (one, other) => {
    expect(await print(other)).toBe(await print(one));
    for (const sql of [one, other]) await replaysAlike(sql);
  });
});

describe("another question", () => {
  test.each([
    ["SELECT id FROM t ORDER BY 1", "SELECT title FROM t ORDER BY 1"],
    ["SELECT id, title FROM t ORDER BY 1 LIMIT 5", "SELECT id, title FROM t ORDER BY 2 LIMIT 5"],
    ["SELECT id FROM t LIMIT 10", "SELECT id FROM t LIMIT 20"],
    [
      "SELECT date_trunc('month', d) AS m FROM t WHERE id < 5",
      "SELECT date_trunc('year', d) AS m FROM t WHERE id < 5",
    ],
    ["SELECT round(price, 1) AS p FROM t", "SELECT round(price, 0) AS p FROM t"],
    ["SELECT id, price * 1.19 AS p FROM t", "SELECT id, price * 1.07 AS p FROM t"],
    ["SELECT 'a' AS kind, id FROM t", "SELECT 'b' AS kind, id FROM t"],
    ["SELECT id FROM t ORDER BY id % 2, id", "SELECT id FROM t ORDER BY id % 3, id"],
    [
      "SELECT contains(title, 'red') AS r, count(*) AS c FROM t GROUP BY contains(title, 'red') ORDER BY 1",
      "SELECT contains(title, 'hat') AS r, count(*) AS c FROM t GROUP BY contains(title, 'hat') ORDER BY 1",
    ],
    [
      "SELECT DISTINCT contains(title, 'red') AS r FROM t ORDER BY contains(title, 'red')",
      "SELECT DISTINCT contains(title, 'hat') AS r FROM t ORDER BY contains(title, 'hat')",
    ],
    [
      "SELECT sum(price) FILTER (WHERE title = 'red shoe') AS s FROM t",
      "SELECT sum(price) FILTER (WHERE title = 'blue hat') AS s FROM t",
    ],
    ["SELECT COLUMNS('l.*') FROM t WHERE id < 3", "SELECT COLUMNS('t.*') FROM t WHERE id < 3"],
    [
      "SELECT id, lag(id, 1) OVER (ORDER BY id) AS p FROM t",
      "SELECT id, lag(id, 2) OVER (ORDER BY id) AS p FROM t",
    ],
    [
      "SELECT nullif(title, 'red shoe') AS x FROM t",
      "SELECT nullif(title, 'blue hat') AS x FROM t",
    ],
    ["SELECT id FROM t WHERE id IN (1, 2)", "SELECT id FROM t WHERE id IN (1, 2, 3)"],
  ])("%s", async (one, other) => {
    expect(await print(other)).not.toBe(await print(one));
    for (const sql of [one, other]) await replaysAlike(sql);
  });
});

describe("lists of VALUES are read wherever they stand (case 20)", () => {
  test.each([
    "VALUES (1, 'a'), (2, 'b')",
    "SELECT * FROM (VALUES (1, 'a'))",
    "SELECT v.x FROM (VALUES (1), (NULL), (-3)) AS v(x) ORDER BY 1",
    "WITH v(x) AS (VALUES (1), (2)) SELECT x FROM v ORDER BY x",
    "WITH v AS (SELECT * FROM (VALUES (1, 'a'), (2, 'b')) w(x, y)) SELECT t.id, v.y FROM t JOIN v ON t.id = v.x ORDER BY 1",
    "SELECT id FROM t WHERE id IN (VALUES (1), (2)) ORDER BY id",
    "SELECT id FROM t LEFT JOIN (VALUES (1, DATE '2020-01-02')) v(k, day) ON t.d = v.day WHERE v.k = 1",
    "SELECT x FROM (VALUES (1)) a(x) UNION ALL SELECT x FROM (VALUES (2)) b(x) ORDER BY x",
    "SELECT * FROM (SELECT * FROM (VALUES (1), (2)) a(x)) b ORDER BY x",
    "SELECT * FROM (VALUES ([1, 2], {'k': 'v'})) v(l, s)",
  ])("%s", async (sql) => {
    await replaysAlike(sql);
    const { sql: text } = await parser.normalize(sql);
    expect(await parser.normalize(text)).toMatchObject({ sql: text, isParsed: true });
  });
});
