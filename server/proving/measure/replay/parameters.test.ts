import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { QueryCapture } from "@/demo/engine/capture";
import { describeQuery } from "@/server/advisor";
import type { JsonScalar, TableSchema, WorkloadPattern } from "@/server/contracts";
import { createShapeParser, type SentParameters, type ShapeParser } from "@/server/workload";
import { openSession, type Session } from "../shadow";
import { prepareReplay, type Replay } from "./prepare-replay";

const SETUP =
  "CREATE TABLE pairs AS SELECT i AS a, 1000 - i AS b, 'n' || i AS name, i::BIGINT AS id FROM range(500) r(i)";
const column = { nullable: true, default_sql: null, statistics: null };
const TABLES: TableSchema[] = [
  {
    ...{ name: "pairs", row_count: 500, estimated_bytes: 0, indexes: [], constraints: [] },
    columns: [
      { ...column, name: "a", type: "BIGINT" },
      { ...column, name: "b", type: "BIGINT" },
      { ...column, name: "name", type: "VARCHAR" },
      { ...column, name: "id", type: "BIGINT" },
    ],
  },
];

let parser: ShapeParser;
let session: Session;
const { signal } = new AbortController();
beforeAll(async () => {
  parser = await createShapeParser();
  session = await openSession({ file: ":memory:", threads: 1, signal, prepare: [SETUP] });
});
afterAll(() => {
  parser.close();
  session.close();
});

function pattern(sql: string, more: Partial<WorkloadPattern>): WorkloadPattern {
  const seen = { first_seen: "2026-01-01T00:00:00Z", last_seen: "2026-01-01T00:00:00Z" };
  const times = { calls: 10, mean_ms: 1, median_ms: 1, p95_ms: 1 };
  return { ...seen, ...times, fingerprint: "f", sql, kind: "select", is_parsed: true, ...more };
}

const replay = async (sql: string, more: Partial<WorkloadPattern> = {}) =>
  prepareReplay(session, await describeQuery(parser, pattern(sql, more), TABLES), {
    ...{ seed: 1, timeoutMs: 5000, signal },
  });
const textsOf = (prepared: Awaited<ReturnType<typeof replay>>): string[] => {
  if ("why" in prepared) throw new Error(prepared.why);
  return (prepared satisfies Replay).texts;
};

describe("parameter samples reach the columns they were sent for", () => {
  // Row 7: a = 7, b = 993. With the values swapped nothing is found.
  test.each<[string, JsonScalar[]]>([
    ["SELECT name FROM pairs WHERE b = $2 AND a = $1", [7, 993]],
    ["SELECT name FROM pairs WHERE b = $2 AND a = $1 AND b <> $1", [7, 993]],
    ["SELECT name FROM pairs WHERE b = 993 AND a = $1", [7]],
    ["SELECT name FROM pairs WHERE a IN ($3, 7) AND b = $2 AND name = $1", ["n7", 993, 0]],
    ["SELECT name FROM pairs WHERE b = ? AND a = ?", [993, 7]],
    ["SELECT name FROM pairs WHERE b = ? AND a = $2 AND name <> 'x'", [993, 7]],
    ["SELECT name FROM pairs WHERE name = 'n7' AND b = $1 ORDER BY a LIMIT 5 OFFSET 0", [993]],
    ["WITH w AS (SELECT * FROM pairs WHERE b = $2) SELECT name FROM w WHERE a = $1", [7, 993]],
  ])("%s", async (sql, sample) => {
    for (const text of textsOf(await replay(sql, { parameter_samples: [sample] }))) {
      expect(await session.rows(text), text).toEqual([["n7"]]);
    }
  });

  test.each<[string, SentParameters]>([
    ["SELECT name FROM pairs WHERE b = $high AND a = $low", { low: 7, high: 993 }],
    ["SELECT name FROM pairs WHERE b = $High AND a = $low AND a <> $HIGH", { low: 7, high: 993 }],
    ["SELECT name FROM pairs WHERE b = $2 AND name LIKE 'n%' AND a = $1", [7, 993]],
    ["SELECT name FROM pairs WHERE id = 7.0 AND b = $2 AND a = $1", [7, 993]],
  ])("through the demo product's capture: %s", async (sql, parameters) => {
    const capture = new QueryCapture((each) => parser.normalize(each));
    capture.record({ sql, parameters, latencyMs: 1, at: Date.now() });
    const [seen] = (await capture.snapshot("p", new Date(0))).patterns;
    if (seen === undefined) throw new Error("not captured");
    for (const text of textsOf(await replay(seen.sql, seen))) {
      expect(await session.rows(text), text).toEqual([["n7"]]);
    }
  });

  test("what stands in the text as a literal keeps its value where values are drawn", async () => {
    const texts = textsOf(await replay("SELECT name FROM pairs WHERE name > 'n' AND a = $1"));
    expect(texts.length).toBeGreaterThan(1);
    for (const text of texts) expect(text).toContain(`("name" > 'n')`);
  });

  test("pages without samples are drawn as the first ones", async () => {
    const texts = textsOf(await replay("SELECT name FROM pairs ORDER BY a LIMIT 20 OFFSET $1"));
    expect(texts[2]).toMatch(/OFFSET 40$/);
  });
});

describe("a replay that would not ask what was asked is refused with a reason", () => {
  test.each([
    ["SELECT a FROM pairs WHERE id = $1", "12345.0", /12345\.0.*id \(BIGINT\)/],
    ["SELECT a FROM pairs WHERE id <= $1", "2.5", /2\.5.*id \(BIGINT\)/],
    ["SELECT a FROM pairs WHERE id > $1", "1e3", /1e3.*id \(BIGINT\)/],
  ])("a number as text beside a whole column: %s, %s", async (sql, value, why) => {
    const prepared = await replay(sql, { parameter_samples: [[value]] });
    expect(prepared).toMatchObject({ why: expect.stringMatching(why) });
  });

  test.each([
    ["SELECT a FROM pairs WHERE id = $1", "12345"],
    ["SELECT a FROM pairs WHERE id = CAST($1 AS DECIMAL(6,1))", "12345.0"],
    ["SELECT a FROM pairs WHERE name = $1", "12345.0"],
  ])("but not a text that says its type: %s, %s", async (sql, value) => {
    expect(await replay(sql, { parameter_samples: [[value]] })).not.toHaveProperty("why");
  });

  test("a text with literals whose plan the product's normalization changes", async () => {
    const sql = "SELECT a FROM pairs WHERE (id = CAST($1 AS DECIMAL(6,1)))";
    const example = (value: string) => ({
      parameter_samples: [["7.0"]],
      example_sql: `SELECT a FROM pairs WHERE id = ${value}`,
    });
    expect(await replay(sql, example("7.00"))).not.toHaveProperty("why");
    // Its own cast asks for whole numbers: `id = 7` there, a cast column here.
    const cast = "SELECT a FROM pairs WHERE id = CAST(7.4 AS DECIMAL(6,0))";
    expect(await replay(sql, { ...example("7.0"), example_sql: cast })).not.toHaveProperty("why");
    const widened = "SELECT a FROM pairs WHERE (id = CAST($1 AS DECIMAL(38,30)))";
    const prepared = await replay(widened, {
      ...example("7000000000.5"),
      parameter_samples: [["7.0"]],
    });
    expect(prepared).toMatchObject({ why: expect.stringMatching(/plan|does not run/) });
  });
});

test("decimals of any width are one shape, whose text takes all of them", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(
    "CREATE TABLE sold AS SELECT (i / 8)::DECIMAL(9,3) AS price FROM range(9000) r(i)",
  );
  const capture = new QueryCapture((each) => parser.normalize(each));
  const literals = ["9.5", "10.25", "1000.125", "-3.0", "0.5"];
  for (const value of literals) {
    const sql = `SELECT count(*) FROM sold WHERE price > ${value}`;
    capture.record({ sql, parameters: [], latencyMs: 1, at: Date.now() });
  }
  const { patterns } = await capture.snapshot("p", new Date(0));
  expect(patterns).toHaveLength(1);
  expect(patterns[0]?.parameter_samples).toEqual(literals.map((value) => [value]));
  for (const value of literals) {
    const bound = await connection.runAndReadAll(patterns[0]?.sql ?? "", [value]);
    const sent = await connection.runAndReadAll(`SELECT count(*) FROM sold WHERE price > ${value}`);
    expect(bound.getRowsJson(), value).toEqual(sent.getRowsJson());
  }
  connection.closeSync();
  instance.closeSync();
});
