import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShapeParser, type ShapeParser } from "./index";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const print = async (sql: string) => {
  const query = await parser.normalize(sql);
  expect(query.isParsed, sql).toBe(true);
  expect((await parser.normalize(query.sql)).fingerprint).toBe(query.fingerprint);
  return query.fingerprint;
};

describe("one fingerprint for one question", () => {
  test.each([
    [
      "SELECT x FROM t WHERE y = 1",
      "SELECT a.x FROM t AS a WHERE a.y = 2",
      "select Q.X from T q where y = 3",
      "SELECT t.x AS shown FROM t WHERE t.y = 4",
    ],
    ["SELECT * FROM t", "SELECT t.* FROM t", "SELECT q.* FROM T q"],
    ["SELECT count(*) FROM t", "SELECT COUNT(*) AS n FROM t", "SELECT count(*) total FROM t a"],
    [
      "SELECT a.x, b.y FROM t a JOIN u b ON a.id = b.id WHERE b.z > 1",
      "SELECT t.x, u.y AS c FROM t JOIN u ON t.id = u.id WHERE u.z > 2",
    ],
    [
      "SELECT a.x FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.up = a.id)",
      "SELECT p.x FROM t p WHERE EXISTS (SELECT 1 FROM t q WHERE q.up = p.id)",
      "SELECT t.x FROM t WHERE EXISTS (SELECT 1 FROM t q WHERE q.up = t.id)",
    ],
    [
      "WITH w AS (SELECT id, x FROM t) SELECT w.x FROM w JOIN u ON u.id = w.id",
      "WITH v AS (SELECT q.id, q.x FROM t q) SELECT a.x FROM v a JOIN u b ON b.id = a.id",
    ],
    [
      "SELECT s.m FROM (SELECT max(x) AS m FROM t) s",
      "SELECT m AS largest FROM (SELECT max(a.x) AS m FROM t a) d",
    ],
  ])("%s", async (first, ...others) => {
    const expected = await print(first);
    for (const other of others) expect(await print(other), other).toBe(expected);
  });

  test("stays one for any names of tables, and any case", async () => {
    const name = fc.stringMatching(/^[a-z]{3}_[a-z0-9]{1,4}$/);
    const build = (a: string, b: string) =>
      `SELECT ${a}.x, sum(${b}.y) FROM t ${a} LEFT JOIN u AS ${b} ON ${a}.id = ${b}.t_id
       WHERE ${a}.z IN (SELECT ${b}2.z FROM u ${b}2 WHERE ${b}2.k = ${a}.k) GROUP BY ${a}.x ORDER BY ${a}.x`;
    const expected = await print(build("a", "b"));
    await fc.assert(
      fc.asyncProperty(name, name, fc.boolean(), async (one, other, isUpper) => {
        fc.pre(one !== other);
        const sql = build(one, other);
        expect(await print(isUpper ? sql.toUpperCase() : sql)).toBe(expected);
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});

describe("another fingerprint for another question", () => {
  test.each([
    ["SELECT a.x FROM t a, t b", "SELECT b.x FROM t a, t b"],
    ["SELECT a.x FROM t a JOIN u b ON a.id = b.up", "SELECT a.x FROM t a JOIN u b ON b.id = a.up"],
    ["SELECT x FROM t", "SELECT x FROM u"],
    ["SELECT x FROM t", "SELECT y FROM t"],
    ["SELECT x FROM main.t", "SELECT x FROM other.t"],
    ["SELECT -x AS x FROM t ORDER BY x", "SELECT -x AS y FROM t ORDER BY x"],
    ["SELECT -x AS x FROM t ORDER BY x", "SELECT -t.x FROM t ORDER BY t.x"],
    ["SELECT x + 1 AS y, y * 2 FROM t", "SELECT x + 1 AS z, y * 2 FROM t"],
    ["SELECT x AS k, count(*) FROM t GROUP BY k", "SELECT x AS j, count(*) FROM t GROUP BY k"],
    ["WITH t AS (SELECT 1 AS x) SELECT x FROM t", "WITH u AS (SELECT 1 AS x) SELECT x FROM t"],
    [
      "SELECT m FROM (SELECT max(x) AS m, min(x) AS n FROM t) s",
      "SELECT n FROM (SELECT max(x) AS m, min(x) AS n FROM t) s",
    ],
    [
      "SELECT a.x FROM t a WHERE a.k IN (SELECT b.k FROM u b WHERE a.z = 1)",
      "SELECT a.x FROM t a WHERE a.k IN (SELECT b.k FROM u b WHERE b.z = 1)",
    ],
    ["SELECT t FROM t", "SELECT x.t FROM t x"],
    [
      "SELECT list_transform(l, x -> x + 1) FROM t",
      "SELECT list_transform(l, x -> t.x + 1) FROM t",
    ],
    ["SELECT m['A'] FROM t", "SELECT m['a'] FROM t"],
  ])("%s | %s", async (one, other) => {
    expect(await print(one)).not.toBe(await print(other));
  });
});
