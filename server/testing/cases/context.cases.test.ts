import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeQuery, proposeCandidates } from "@/server/advisor";
import { openTestDatabase } from "@/server/advisor/testing/duckdb";
import { AnalyzeRequest, type Candidate, type TableSchema } from "@/server/contracts";
import { adviseContext } from "@/server/decisions/context-advice";
import { quoteIdentifier } from "@/server/sql";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { readCase } from "./read-case";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

/** A case's tables with the statistics a product tells. */
async function tablesOf(setup: readonly string[]): Promise<TableSchema[]> {
  const db = await openTestDatabase();
  try {
    for (const sql of setup) await db.run(sql);
    const tables = await db.schema();
    for (const table of tables) {
      const [[rows = "0"] = []] = await db.rows(
        `SELECT count(*) FROM ${quoteIdentifier(table.name)}`,
      );
      table.row_count = Number(rows);
      for (const column of table.columns) {
        const name = quoteIdentifier(column.name);
        const [[distinct = "0", min = "", max = ""] = []] = await db.rows(
          `SELECT approx_count_distinct(${name}), min(${name}), max(${name}) FROM ${quoteIdentifier(table.name)}`,
        );
        column.statistics = { distinct_count: Number(distinct), null_fraction: 0, min, max };
      }
    }
    return tables;
  } finally {
    db.close();
  }
}

/** The candidates of a case's queries, each of which ran a thousand times. */
async function candidatesOf(number: string): Promise<Candidate[]> {
  const { setup, queries: sent } = readCase(number);
  const tables = await tablesOf(setup);
  const queries = await Promise.all(
    sent.map(async (text) => {
      const { fingerprint, sql, kind, isParsed: is_parsed } = await parser.normalize(text);
      const at = "2026-01-01T00:00:00Z";
      const times = { mean_ms: 5, median_ms: 5, p95_ms: 5, first_seen: at, last_seen: at };
      const pattern = { fingerprint, sql, kind, is_parsed, calls: 1000, ...times };
      return describeQuery(parser, pattern, tables);
    }),
  );
  const { candidates, excluded } = proposeCandidates({ tables, queries });
  return [...candidates, ...excluded.map(({ candidate }) => candidate)];
}

describe("an index that DuckDB does not look into is not expected to help", () => {
  test.each([
    ["21", "add_index:x:tenant"],
    ["27", "add_index:x:id"],
  ])("case %s", async (number, id) => {
    const candidate = (await candidatesOf(number)).find((each) => each.candidate_id === id);
    expect(candidate?.estimated_gain).toBeLessThan(0.2);
    expect(candidate?.drawbacks[0]).toContain("DuckDB takes no index");
  });
});

describe("an index says what it makes fail later", () => {
  test.each([
    ["01", "add_index:par:email", /foreign key of chi points to par.*UPDATE.*upserts fail/],
    ["22", "add_index:t:b", /refuses ALTER TABLE t RENAME, DROP COLUMN, SET NOT NULL and TYPE/],
  ])("case %s", async (number, id, sentence) => {
    const { queries } = readCase(number);
    expect(queries).toHaveLength(1);
    const candidate = (await candidatesOf(number)).find((each) => each.candidate_id === id);
    expect(candidate?.drawbacks.join(" ")).toMatch(sentence);
  });
});

/** What is answered to a case's request alone. */
async function adviceOn(number: string) {
  const { request } = readCase(number);
  if (request === undefined) throw new Error(`Case ${number} has no request.`);
  const context = AnalyzeRequest.shape.context.parse({
    table_name: request.table,
    query_patterns: request.queries.map(([query, frequency]) => ({ query, frequency })),
    current_schema: request.columns.split(", ").map((column) => {
      const [name, ...type] = column.split(" ");
      return { name, type: type.join(" ") };
    }),
  });
  return adviseContext(context, context.current_schema ?? [], new Date());
}

const ids = (candidates: readonly Candidate[]) => candidates.map((each) => each.candidate_id);

describe("answers from a request alone", () => {
  test("case 03: contain a rewritten query", async () => {
    const { candidates } = await adviceOn("03");
    expect(candidates[0]?.change).toMatchObject({
      kind: "rewrite_query",
      rule: "sargable_predicate",
    });
  });

  test("case 04: name the query that could not be read, and read named parameters", async () => {
    const { candidates, unread } = await adviceOn("04");
    expect(unread).toEqual([
      {
        ...{ code: "unread_query", pointer: "/context/query_patterns/1/query" },
        ...{ reason: "syntax_error", message: 'syntax error near "SELEC"' },
      },
    ]);
    expect(ids(candidates)).toEqual(["add_index:users:email"]);
  });

  test("case 05: no order for a column that is cast row by row, but the implied range", async () => {
    const { candidates } = await adviceOn("05");
    expect(candidates.map(({ change }) => change.kind)).toEqual(["rewrite_query"]);
  });

  test.each([
    ["06", "add_index:users:email"],
    ["14", "add_index:tickets:is_open"],
    ["16", "add_index:metrics:host"],
    ["23", "add_index:kv:key"],
  ])("case %s: no %s", async (number, id) => {
    expect(ids((await adviceOn(number)).candidates)).not.toContain(id);
  });

  test("case 15: a table of another schema is another table", async () => {
    await expect(adviceOn("15")).rejects.toMatchObject({
      code: "invalid_input",
      message: "None of the query patterns reads table trips. They read raw.trips.",
    });
  });

  test("case 16: the writes are the reason", async () => {
    const { excluded } = await adviceOn("16");
    expect(excluded.find(({ candidate }) => candidate.target === "host")?.reason).toMatch(
      /100,000 writes would maintain the index for 3 look-ups/,
    );
  });
});
