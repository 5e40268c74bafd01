import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShapeParser, type ShapeParser } from "./index";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const normal = async (sql: string) => (await parser.normalize(sql)).sql;
const print = async (sql: string) => (await parser.normalize(sql)).fingerprint;

describe("normalize", () => {
  test("replaces literals by numbered parameters in order and keeps their values", async () => {
    const query = await parser.normalize(
      "SELECT * FROM projects WHERE status = 'ACTIVE' AND total_amount > 1.50 AND maturity_years = 7",
    );
    expect(query.sql).toBe(
      "SELECT * FROM projects WHERE ((status = $1) AND (total_amount > CAST($2 AS DECIMAL(3,2))) AND (maturity_years = $3))",
    );
    expect(query).toMatchObject({ kind: "select", isParsed: true });
    expect(query.parameters).toEqual([
      { from: "literal", value: "ACTIVE" },
      { from: "literal", value: "1.50" },
      { from: "literal", value: 7 },
    ]);
  });

  test("maps the parameters that were sent, between literals and out of order", async () => {
    const query = await parser.normalize(
      "SELECT a FROM t WHERE b = $2 AND c = 5 AND d = $1 AND e = $2",
    );
    expect(query.sql).toBe(
      "SELECT a FROM t WHERE ((b = $1) AND (c = $2) AND (d = $3) AND (e = $1))",
    );
    expect(query.parameters).toEqual([
      { from: "parameter", index: 2 },
      { from: "literal", value: 5 },
      { from: "parameter", index: 1 },
    ]);
  });

  test("keeps the cast around a typed literal", async () => {
    expect(await normal("SELECT a FROM t WHERE d >= DATE '2020-01-01'")).toBe(
      "SELECT a FROM t WHERE (d >= CAST($1 AS DATE))",
    );
  });

  test("keeps LIMIT, ordinals and arguments that GROUP BY repeats, and takes every page for one shape", async () => {
    const sql =
      "SELECT date_trunc('month', d) AS m, count(*) FROM t WHERE a = 3 GROUP BY date_trunc('month', d), 1 ORDER BY 2 DESC LIMIT 10 OFFSET 20";
    const query = await parser.normalize(sql);
    expect(query.sql).toContain("date_trunc('month', d)");
    expect(query.sql).toMatch(/GROUP BY .*1.* ORDER BY 2 DESC LIMIT 10 OFFSET \$2$/);
    expect(query.parameters).toEqual([
      { from: "literal", value: 3 },
      { from: "literal", value: 20 },
    ]);
    expect(await print(sql.replace("OFFSET 20", "OFFSET 40"))).toBe(query.fingerprint);
    expect(await print(sql.replace("LIMIT 10", "LIMIT 20"))).not.toBe(query.fingerprint);
  });

  test("keeps 64-bit and 128-bit integers exact", async () => {
    const query = await parser.normalize(
      "SELECT a FROM t WHERE b = 9007199254740993 AND c = 170141183460469231731687303715884105727",
    );
    expect(query.parameters).toEqual([
      { from: "literal", value: "9007199254740993" },
      { from: "literal", value: "170141183460469231731687303715884105727" },
    ]);
    expect(await normal("SELECT 9007199254740993, 1e3, 1.50 FROM t")).toContain("9007199254740993");
  });

  test("gives one fingerprint to texts that differ in literals, spacing, case and comments", async () => {
    const first = await print("SELECT a FROM t WHERE b = 'x' AND c IN (1, 2, 3)");
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(await print("select a\n from t -- why\n where b='y'  and c in (4,5,6,7)")).toBe(first);
    expect(await print("select a from t where b = ? and c in (?,?,?)")).toBe(first);
    expect(await print("select a from t where b < 'x' and c in (1,2,3)")).not.toBe(first);
  });

  test("pads a list of values to a power of two by repeating the last", async () => {
    const query = await parser.normalize("SELECT a FROM t WHERE b IN (1, ?, 3)");
    expect(query.sql).toBe("SELECT a FROM t WHERE (b IN ($1, $2, $3, $4))");
    expect(query.parameters.slice(2)).toEqual([
      { from: "literal", value: 3 },
      { from: "literal", value: 3 },
    ]);
  });

  test("keeps a prefix search recognizable", async () => {
    const query = await parser.normalize("SELECT a FROM t WHERE b LIKE 'abc%'");
    expect(query.sql).toBe("SELECT a FROM t WHERE (b ~~ ($1 || '%'))");
    expect(query.parameters).toEqual([{ from: "literal", value: "abc" }]);
  });

  test.each<[string, string, string, unknown[]]>([
    [
      "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
      "insert",
      "INSERT INTO t VALUES ($1, $2)",
      [1, "a"],
    ],
    [
      "INSERT INTO t VALUES (?, ?), (?, ?) ON CONFLICT (a) DO UPDATE SET b = ?",
      "insert",
      "INSERT INTO t VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = $3",
      [{ index: 1 }, { index: 2 }, { index: 5 }],
    ],
    [
      "UPDATE t SET a = 5 WHERE b = 'x''y' -- c",
      "update",
      "UPDATE t SET a = $1 WHERE b = $2",
      [5, "x'y"],
    ],
    [
      "UPDATE t SET a = $2, b = $1 WHERE c = $2;",
      "update",
      "UPDATE t SET a = $1, b = $2 WHERE c = $1",
      [{ index: 2 }, { index: 1 }],
    ],
    ["DELETE FROM t WHERE a = $id", "delete", "DELETE FROM t WHERE a = $1", [{ name: "id" }]],
    ["UPDATE Größe SET a = 1", "update", "UPDATE Größe SET a = $1", [1]],
    [
      "WITH x AS (SELECT 1 AS a) INSERT INTO t SELECT a FROM x",
      "insert",
      "WITH x AS (SELECT $1 AS a) INSERT INTO t SELECT a FROM x",
      [1],
    ],
    [
      "WITH update (a) AS (SELECT 1) DELETE FROM t USING update WHERE t.a = update.a",
      "delete",
      "WITH update (a) AS (SELECT $1) DELETE FROM t USING update WHERE t.a = update.a",
      [1],
    ],
    [
      "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = 1",
      "update",
      "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = $1",
      [1],
    ],
    [
      "MERGE INTO t USING s USING (a) WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT",
      "insert",
      "MERGE INTO t USING s USING (a) WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT",
      [],
    ],
  ])("gives a write parameters: %s", async (sql, kind, text, values) => {
    const query = await parser.normalize(sql);
    expect(query).toMatchObject({ sql: text, kind, isParsed: false });
    expect(query.parameters.map((one) => (one.from === "literal" ? one.value : one))).toMatchObject(
      values,
    );
    const again = await parser.normalize(query.sql);
    expect(again).toMatchObject({ sql: text, fingerprint: query.fingerprint });
  });

  test.each([
    "DELETE FROM t WHERE a = 1.5e3 AND b = 12345.0 AND c = 123456789012345678901234567890",
    "UPDATE t SET a = DATE '2020-01-01', b = c + INTERVAL 3 DAY, d = CAST(e AS DECIMAL(10,2))",
    "DELETE FROM t WHERE a = E'\\n' AND b = $$text$$",
  ])("keeps what a parameter would give another type: %s", async (sql) => {
    expect(await parser.normalize(sql)).toMatchObject({ sql, parameters: [] });
  });

  test("knows one shape of a write by its text without literals and spacing", async () => {
    const texts = [
      "DELETE FROM t WHERE a IN (1, 2)",
      "delete from t\n where a in (5,6,7);",
      "DELETE FROM t WHERE a IN (?)",
    ];
    const prints = await Promise.all(
      texts.map(async (sql) => (await parser.normalize(sql)).fingerprint),
    );
    expect(new Set(prints).size).toBe(1);
  });

  test.each([
    ["CREATE TABLE x (a INTEGER)", "other", "create table x ( a integer )"],
    ["UPDATE t SET a = 1; DROP TABLE t", "update", "update t set a = ? ; drop table t"],
    ["INSERT INTO t VALUES (1", "insert", "insert into t values ( ?"],
    [
      "WITH x AS (SELECT 1 AS a) SELECT a FROM x; SELECT 2",
      "select",
      "with x as ( select ? as a ) select a from x ; select ?",
    ],
    ["SELECT 1; DROP TABLE t", "select", "select ? ; drop table t"],
    ["SELECT 1; SELECT 2", "select", "select ? ; select ?"],
    ["SELEC broken '", "other", "selec broken ?"],
  ])("keeps %s folded and unparsed", async (sql, kind, folded) => {
    const query = await parser.normalize(sql);
    expect(query).toMatchObject({ sql: folded, kind, isParsed: false, parameters: [] });
  });

  test("bounds what it keeps of a text of any length", async () => {
    const query = await parser.normalize(`SELECT ${"a + ".repeat(100_000)} 1`);
    expect(query.isParsed).toBe(false);
    expect(query.sql.length).toBeLessThanOrEqual(20_000);
  });

  test("never throws and changes nothing the second time, for arbitrary text", async () => {
    const word = fc.constantFrom(
      ..."SELECT FROM WHERE GROUP BY ORDER LIMIT ( ) , = < IN LIKE NOT AND OR ? $1 'a' \"b\" 5 1.5 t a * -- /* ; NULL CASE WHEN END DATE '2020-01-01' count(*) ' \" $$".split(
        " ",
      ),
    );
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.array(word, { maxLength: 25 }).map((words) => words.join(" ")),
      fc.array(word, { maxLength: 12 }).map((words) => `SELECT a FROM t WHERE ${words.join(" ")}`),
    );
    await fc.assert(
      fc.asyncProperty(text, async (sql) => {
        const once = await parser.normalize(sql);
        const twice = await parser.normalize(once.sql);
        expect(twice.sql).toBe(once.sql);
        expect(twice.fingerprint).toBe(once.fingerprint);
      }),
      { numRuns: 600, seed: 7 },
    );
  });
});
