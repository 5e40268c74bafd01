import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShapeParser } from "../parser";
import { describeText, type TextContext, type TextDescription } from "../shape";
import { createStuckReader } from "./testing/stuck-reader";
import { createTextReader, type TextReader } from "./text-reader";

const TABLES = [
  {
    name: "orders",
    columns: [
      { name: "id", type: "BIGINT", nullable: false },
      { name: "status", type: "VARCHAR" },
      { name: "day", type: "DATE" },
    ],
    constraints: [{ type: "PRIMARY KEY", columns: ["id"] }],
  },
];
const CONTEXT: TextContext = { tables: TABLES, schema: "main" };
const FOR_EVER = "SELECT 1 /* for ever */ FROM orders";

const reasons = (read: TextDescription[] | "too_busy") =>
  read === "too_busy" ? read : read.map(({ unread }) => unread?.reason ?? null);
const sqls = (...texts: string[]) => texts.map((sql) => ({ sql }));

describe("a reader", () => {
  let reader: TextReader;
  beforeAll(() => {
    reader = createTextReader();
  });
  afterAll(() => reader.close());

  test("tells what a parser on this thread tells, in order", async () => {
    const texts = [
      { sql: "SELECT DISTINCT id FROM orders WHERE year(day) = 2024" },
      { sql: "SELECT status, count(*) FROM orders WHERE id = $1 GROUP BY status" },
      {
        sql: "SELECT * FROM orders WHERE status = $1",
        example: "SELECT * FROM orders WHERE status = 'open'",
      },
      { sql: "UPDATE orders SET status = 'done' WHERE id = 7" },
      { sql: "SELEKT 1" },
    ];
    const parser = await createShapeParser();
    const expected = [];
    for (const text of texts) expected.push(await describeText(parser, text, CONTEXT));
    parser.close();
    expect(await reader.describe(texts, CONTEXT)).toEqual(expected);
  });

  test("describes equal texts once, and knows them afterwards", async () => {
    const [first, second] = await reader.describe(sqls("SELECT 1 AS a", "SELECT 1 AS a"), CONTEXT);
    const [third] = await reader.describe(sqls("SELECT 1 AS a"), CONTEXT);
    expect(second).toBe(first);
    expect(third).toBe(first);
    const [other] = await reader.describe(sqls("SELECT 1 AS a"), { tables: [] });
    expect(other).not.toBe(first);
  });

  test("looks for no rewrites where the shape alone is asked for", async () => {
    const text = sqls("SELECT DISTINCT id FROM orders WHERE year(day) = 2024");
    const read = await reader.describe(text, { ...CONTEXT, isShapeOnly: true });
    expect(read).toMatchObject([{ shape: { tables: ["orders"] }, rewrites: [], summary: null }]);
  });
});

describe("a reader that meets a text without end", () => {
  let reader: TextReader;
  beforeAll(() => {
    reader = createStuckReader(300);
  });
  afterAll(() => reader.close());

  test("cuts it off, reads the others, and serves the next request", async () => {
    const mixed = sqls("SELECT 2 AS a", FOR_EVER, "SELECT 3 AS a");
    const read = await reader.describe(mixed, CONTEXT);
    expect(reasons(read)).toEqual([null, "too_costly", null]);
    expect(read[1]).toMatchObject({ unread: { message: "reading it takes longer than 0.3 s" } });
    expect(reasons(await reader.describe(sqls("SELECT 4 AS a"), CONTEXT))).toEqual([null]);
  });

  test("ends the thread that uses up its memory, not the process", async () => {
    const patient = createStuckReader(60_000);
    const texts = sqls("SELECT 'all memory'", "SELECT 5 AS a");
    const read = await patient.describe(texts, CONTEXT, { msMax: 60_000 });
    expect(reasons(read)).toEqual(["too_costly", null]);
    await patient.close();
  });

  test("lets a request go as soon as its caller leaves, and its thread soon after", async () => {
    const only = createStuckReader(60_000, 1);
    const caller = new AbortController();
    const asked = only.describe(sqls(FOR_EVER, "SELECT 6 AS a"), CONTEXT, {
      signal: caller.signal,
    });
    caller.abort();
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
    await expect(
      only.describe(sqls("SELECT 7 AS a"), CONTEXT, { signal: caller.signal }),
    ).rejects.toMatchObject({ name: "AbortError" });
    expect(reasons(await only.describe(sqls("SELECT 6 AS a"), CONTEXT))).toEqual([null]);
    await only.close();
  });

  test("says of what was not reached in a request's time that its turn did not come", async () => {
    const patient = createStuckReader(60_000);
    const all = sqls("SELECT 8 AS a", FOR_EVER);
    await patient.describe(all.slice(0, 1), CONTEXT);
    const read = await patient.describe(all, CONTEXT, { msMax: 200 });
    expect(reasons(read)).toEqual([null, "too_costly"]);
    expect(read[1]).toMatchObject({
      unread: { message: expect.stringMatching(/before its turn/) },
    });
    expect(await patient.describe(all.slice(1), CONTEXT, { msMax: 200 })).toBe("too_busy");
    await patient.close();
  });

  test("serves others while one request waits for its many texts", async () => {
    const texts = Array.from({ length: 40 }, (_, index) => ({ sql: `SELECT ${index} AS many` }));
    const order: string[] = [];
    const patience = { msMax: 60_000 };
    const many = reader.describe([...sqls(FOR_EVER), ...texts], CONTEXT, patience).then(() => {
      order.push("many");
    });
    await reader.describe(sqls("SELECT 9 AS a"), CONTEXT, patience).then(() => order.push("one"));
    await many;
    expect(order).toEqual(["one", "many"]);
  });
});
