import { afterAll, beforeAll, expect, test } from "vitest";
import { createShapeParser, type ShapeParser } from "./index";
import { describeText } from "./shape";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const COLUMNS = ["a", "b", "c"].map((name) => ({ name, type: "BIGINT", nullable: false }));
const CONTEXT = { tables: [{ name: "t", columns: COLUMNS }], schema: "main" };
const read = (sql: string) => describeText(parser, { sql }, CONTEXT);

const wrap = (depth: number, around: (inner: string, level: number) => string, core: string) =>
  Array.from({ length: depth }, (_, level) => level).reduce(around, core);

/** Texts whose cost once grew with a power of their length, or doubled with every level. */
const COSTLY: [string, string][] = [
  [
    "derived tables in each other",
    wrap(
      90,
      (inner, level) => `SELECT * FROM (${inner}) AS q${level} WHERE a > ${level}`,
      "SELECT * FROM t",
    ),
  ],
  [
    "memberships in each other",
    wrap(
      45,
      (inner, level) => `SELECT a FROM (SELECT a FROM t WHERE a IN (${inner})) AS q${level}`,
      "SELECT a FROM t",
    ),
  ],
  ["calls in each other", `SELECT a FROM t WHERE a = ${wrap(95, (inner) => `abs(${inner})`, "1")}`],
  [
    "aliases that repeat each other",
    `SELECT a AS x0, ${Array.from({ length: 60 }, (_, at) => `x${at} + x${at} AS x${at + 1}`).join(", ")}, count(*) FROM t GROUP BY ALL`,
  ],
  [
    "aliases below an order that nobody sees",
    `SELECT count(*), min(x9) FROM (SELECT ${Array.from({ length: 10 }, (_, at) => `coalesce(${Array(20).fill(`x${at}`).join(", ")}) AS x${at + 1}`).join(", ")}, a AS x0 FROM t ORDER BY a) AS q`,
  ],
  [
    "conditions beside each other",
    `SELECT a FROM t WHERE ${Array(1500).fill("a = 1").join(" AND ")}`,
  ],
  ["queries beside each other", Array(450).fill("SELECT a FROM t WHERE b = 1").join(" UNION ALL ")],
  ["parameters of a write", `INSERT INTO t VALUES (${Array(9000).fill("?").join(",")})`],
  ["rows of a write", `INSERT INTO t VALUES ${Array(2400).fill("(1,2,3)").join(",")}`],
  ["comments that never end", `SELEKT ${"/* ".repeat(6000)}`],
];

test.each(COSTLY)(
  "reads %s within seconds",
  async (_, sql) => {
    expect(sql.length).toBeLessThan(20_000);
    const startedMs = performance.now();
    await read(sql);
    // Seconds on a busy machine; minutes or for ever before.
    expect(performance.now() - startedMs).toBeLessThan(5000);
  },
  60_000,
);

test("a text that is nested deeper than any honest one is kept and not parsed", async () => {
  const deep = wrap(300, (inner) => `SELECT * FROM (${inner})`, "SELECT * FROM t");
  const { normalized, shape, unread } = await read(deep);
  expect(unread).toEqual({
    reason: "too_costly",
    message: "it nests more than 100 levels deep",
  });
  expect(normalized.isParsed).toBe(false);
  expect(shape.tables).toEqual([]);
  const again = await parser.normalize(normalized.sql);
  expect(again).toEqual(normalized);
  const cases = wrap(150, (inner) => `CASE WHEN a = 1 THEN ${inner} END`, "1");
  expect((await read(`SELECT ${cases} FROM t`)).unread?.reason).toBe("too_costly");
});

test("brackets in texts, names and comments are no nesting", async () => {
  const brackets = "(".repeat(200);
  const { unread, normalized } = await read(
    `SELECT '${brackets}' AS "${brackets}" FROM t -- ${brackets}\n/* ${brackets} */ WHERE a = 1`,
  );
  expect(unread).toBeNull();
  expect(normalized.isParsed).toBe(true);
});

test("a view that is nested too deep is not looked through", async () => {
  const deep = wrap(300, (inner) => `SELECT * FROM (${inner})`, "SELECT * FROM t");
  const shape = await parser.parse("SELECT * FROM v", CONTEXT.tables, "main", [
    { name: "v", sql: deep },
  ]);
  expect(shape.tables).toEqual(["v"]);
});
