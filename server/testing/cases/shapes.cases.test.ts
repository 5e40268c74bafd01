import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedProduct, embedProduct } from "@/demo/embed";
import { describeQuery, proposeCandidates, type WorkloadQuery } from "@/server/advisor";
import type { ProductSchema } from "@/server/contracts";
import { readPlan } from "@/server/proving/measure/replay/read-plan";
import { withLiterals } from "@/server/proving/measure/replay/replay-text";
import { openSession, type Session } from "@/server/proving/measure/shadow";
import { createShapeParser, parameterValues, type ShapeParser } from "@/server/workload";
import { type Case, readCase } from "./read-case";

let parser: ShapeParser;
let sessions: Session[] = [];
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => {
  for (const session of sessions) session.close();
  sessions = [];
  parser.close();
});

async function open(setup: string[]): Promise<Session> {
  const { signal } = new AbortController();
  const session = await openSession({ file: ":memory:", threads: 1, signal, prepare: setup });
  sessions.push(session);
  return session;
}

/** What the connector of a product with the case's tables tells after its queries ran, as it is analyzed. */
async function observe({ setup, queries }: Case) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "case-"));
  let embedded: EmbeddedProduct | undefined;
  try {
    const file = path.join(folder, "product.duckdb");
    const instance = await DuckDBInstance.create(file);
    const connection = await instance.connect();
    for (const sql of setup) await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
    embedded = await embedProduct({ file, productId: "case", parser });
    for (const sql of queries) await embedded.run(sql, []);
    const schema: ProductSchema = await embedded.product.getSchema();
    const { patterns } = await embedded.product.getWorkload(new Date(0));
    const { tables, views } = schema;
    const described: WorkloadQuery[] = await Promise.all(
      patterns.map((pattern) => describeQuery(parser, pattern, tables, views)),
    );
    return { schema, queries: described };
  } finally {
    await embedded?.close();
    await rm(folder, { recursive: true });
  }
}

/** Literals of other types and places, beside the columns of case 02. */
const TYPED_LITERALS = [
  ...["user_id = 1.2345e4", "user_id = -12345.0", "user_id = '12345'", "12345.00 = user_id"],
  ...["user_id = CAST(12345 AS DOUBLE)", "user_id IN (12345.0, 5)", "user_id IN (5, 6, 7.5)"],
  ...["user_id = 170141183460469231731687303715884105727", "user_id = 9223372036854775808"],
  ...["pu BETWEEN 0.5 AND 2.5", "pu > CAST(1.5 AS FLOAT)", "pu < 1_000", "pu = true"],
  ...["pu * 2 = 5.0", "pu IS DISTINCT FROM 2.5", "pu = 2.5 OR pu = 3", "NOT pu >= 2.5"],
  ...["CASE WHEN pu = 2.5 THEN 1 ELSE pu END = 3", "abs(pu - 2.5) < 1", "email = 'e' || 5"],
  ...["pu IN (SELECT pu FROM u WHERE user_id < 10.5)", "user_id % 7 = 3.0 AND pu = 3"],
].map((condition) => `SELECT count(*) FROM u WHERE ${condition}`);

test("02: a literal's replay asks for the same rows by the same plan", async () => {
  const { setup, queries } = readCase("02");
  const session = await open(setup);
  const others = [
    "SELECT count(*) FROM u a JOIN u b ON a.user_id = b.user_id AND b.pu < 1.5",
    "SELECT pu, count(*) FROM u GROUP BY pu HAVING pu > 2.5 AND count(*) > 2.5 ORDER BY 1",
    "SELECT user_id FROM u ORDER BY abs(user_id - 12345.5), user_id LIMIT 3",
  ];
  for (const sql of [...queries, ...TYPED_LITERALS, ...others]) {
    const query = await parser.normalize(sql);
    const text = withLiterals(query.sql, parameterValues(query.parameters, []) ?? []);
    expect(text).not.toMatch(/\$\d/);
    expect(await session.rows(text), sql).toEqual(await session.rows(sql));
    expect(await readPlan(session, text), sql).toBe(await readPlan(session, sql));
  }
});

test("02: no index is proposed for a column that DuckDB casts row by row", async () => {
  const { schema, queries } = await observe(readCase("02"));
  const { candidates } = proposeCandidates({ tables: schema.tables, queries });
  const ids = candidates.map((one) => one.candidate_id);
  expect(ids.filter((id) => id.startsWith("add_index"))).toEqual([]);
});

test("11: a look-up by an UPDATE is one", async () => {
  const small = readCase("11");
  const setup = small.setup.map((sql) => sql.replace("range(2000000)", "range(200000)"));
  const { schema, queries } = await observe({ ...small, setup });
  const { candidates } = proposeCandidates({ tables: schema.tables, queries });
  expect(candidates.map((one) => one.candidate_id)).toContain("add_index:ev:id");
});

test("12: a workload over a view brings advice for the table below it", async () => {
  const { schema, queries } = await observe(readCase("12"));
  expect(schema.views).toMatchObject([
    { name: "vev", sql: expect.stringMatching(/^CREATE VIEW vev/) },
  ]);
  expect(queries.map(({ shape }) => shape.tables)).toEqual([["ev"], ["ev"]]);
  const { candidates } = proposeCandidates({ tables: schema.tables, queries });
  const ids = candidates.map((one) => one.candidate_id);
  expect(ids).toContain("add_index:ev:id");
  expect(ids.some((id) => id.startsWith("materialize_summary:ev"))).toBe(true);
});

test("15: a table of another schema is not the one of that name in main", async () => {
  const { request } = readCase("15");
  const tables = [{ name: request?.table ?? "", columns: [{ name: "id" }, { name: "zone_id" }] }];
  const shape = await parser.parse(request?.queries[0]?.[0] ?? "", tables, "main");
  expect(shape.tables).toEqual(["raw.trips"]);
});

test("13: one shape for every search term", async () => {
  const { queries, more } = readCase("13");
  const print = async (sql: string) => (await parser.normalize(sql)).fingerprint;
  expect(new Set(await Promise.all(queries.map(print))).size).toBe(1);
  const others: Record<string, string> = { "'a'": "'b'", "'ann'": "'bob'", "0.8": "0.75" };
  Object.assign(others, {
    "52.5": "48.137",
    "13.4": "11.5",
    "0.1": "0.25",
    "2020-01-01": "2021-02-03",
  });
  for (const condition of more) {
    const other = condition.replace(
      /'ann'|'a'|0\.8|52\.5|13\.4|0\.1|2020-01-01/g,
      (one) => others[one] ?? one,
    );
    expect(other).not.toBe(condition);
    const [a, b] = [condition, other].map((each) => `SELECT id FROM t WHERE ${each}`);
    expect(await print(b ?? ""), other).toBe(await print(a ?? ""));
  }
});

test("20: queries with a VALUES list are read", async () => {
  for (const sql of readCase("20").queries) {
    const query = await parser.normalize(sql);
    expect(query.isParsed, sql).toBe(true);
    expect(await parser.normalize(query.sql)).toMatchObject({ sql: query.sql, isParsed: true });
  }
  const shape = await parser.parse(readCase("20").queries[1] ?? "", [
    { name: "ev", columns: [{ name: "id" }] },
  ]);
  expect(shape).toMatchObject({ tables: ["ev"], selectsStar: false, isParsed: true });
});
