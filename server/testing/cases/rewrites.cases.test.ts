import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compilePlan } from "@/server/advisor/plan/compile-plan";
import { proposeKind } from "@/server/advisor/propose-candidates";
import { workload } from "@/server/advisor/testing/advice";
import { openTestDatabase, type TestDatabase } from "@/server/advisor/testing/duckdb";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import {
  openRewriteDatabase,
  readRows,
  valuesOf,
  withValues,
} from "@/server/workload/testing/rewrite-database";
import { readCase } from "./read-case";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

/** Rules of the texts offered for a query, each of which answered what the query did. */
async function rulesOffered(setup: readonly string[], sql: string): Promise<string[]> {
  const db = await openRewriteDatabase(setup);
  try {
    const query = await parser.normalize(sql);
    const rows = (text: string) => readRows(db.connection, withValues(text, valuesOf(query)));
    const expected = await rows(query.sql);
    const options = await parser.rewrite(query.sql, await db.tables());
    for (const option of options) expect(await rows(option.sql), option.sql).toEqual(expected);
    return options.map((option) => option.rule);
  } finally {
    db.close();
  }
}

describe("texts answer the same, or none is offered", () => {
  const sent = ["07", "08", "09", "17", "18", "24"].flatMap((number) => {
    const { setup, queries } = readCase(number);
    return queries.map((sql) => [number, sql, setup] as const);
  });
  test.each(sent)("case %s: %s", async (_, sql, setup) => {
    await rulesOffered(setup, sql);
  });
});

describe("texts are offered", () => {
  const sent = ["28", "29"].flatMap((number) => {
    const { setup, queries, rule } = readCase(number);
    return queries.map((sql) => [number, sql, setup, rule] as const);
  });
  test.each(sent)("case %s: %s", async (_, sql, setup, rule) => {
    expect(await rulesOffered(setup, sql)).toContain(rule);
  });

  test("case 05: a range with a margin of zones beside a comparison with now()", async () => {
    const { request } = readCase("05");
    for (const [sql] of request?.queries ?? []) {
      const setup = [`CREATE TABLE ${request?.table} (${request?.columns})`];
      expect(await rulesOffered(setup, sql)).toEqual(["sargable_predicate"]);
    }
  });

  test("case 27: an IN list for equalities joined by OR", async () => {
    const { setup, queries } = readCase("27");
    for (const sql of queries) expect(await rulesOffered(setup, sql)).toEqual(["or_to_in"]);
  });
});

test("case 26: no summary holds a sum that may overflow", async () => {
  const { setup, queries } = readCase("26");
  const db = await openRewriteDatabase(setup);
  const tables = await db.tables();
  db.close();
  for (const sql of queries) expect(await parser.summarize(sql, tables)).toBeNull();
});

async function withTestDatabase(setup: string[], use: (db: TestDatabase) => Promise<void>) {
  const db = await openTestDatabase();
  try {
    for (const sql of setup) await db.run(sql);
    await use(db);
  } finally {
    db.close();
  }
}

test("case 25: a change of type draws nothing from the sequence of the default", () => {
  const { setup, change } = readCase("25");
  return withTestDatabase(setup, async (db) => {
    const before = await db.schema();
    const plan = compilePlan(before, change ? [change] : []);
    await db.transact(plan.statements);
    await db.transact(plan.revert_statements);
    expect(await db.schema()).toEqual(before);
    expect(await db.rows("SELECT last_value FROM duckdb_sequences()")).toEqual([["null"]]);
  });
});

test("case 19: the list of an ENUM holds the default, though no row does", () => {
  const { setup, queries, change } = readCase("19");
  return withTestDatabase(setup, async (db) => {
    const before = await db.schema();
    const values = change?.kind === "change_type" && change.to.name === "ENUM" && change.to.values;
    const { candidates } = proposeKind("change_type", {
      tables: before,
      queries: await workload(parser, before, [{ sql: queries[0] ?? "", calls: 10, mean_ms: 5 }]),
      distinctValues: () => values || [],
    });
    await db.transact(candidates[0]?.plan.statements ?? ["no candidate"]);
    await db.run("INSERT INTO t (id) VALUES (9000)");
    expect(await db.rows("SELECT status FROM t WHERE id = 9000")).toEqual([["draft"]]);
    await db.transact(candidates[0]?.plan.revert_statements ?? []);
    expect(await db.schema()).toEqual(before);
  });
});
