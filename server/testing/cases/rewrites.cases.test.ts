import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compilePlan } from "@/server/advisor/plan/compile-plan";
import { proposeKind } from "@/server/advisor/propose-candidates";
import { workload } from "@/server/advisor/testing/advice";
import { openTestDatabase, type TestDatabase } from "@/server/advisor/testing/duckdb";
import type { Change } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { openRewriteDatabase } from "@/server/workload/testing/rewrite-database";
import { rulesOffered } from "./offered-rules";
import { readCase } from "./read-case";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

describe("texts answer the same, or none is offered", () => {
  const sent = ["07", "08", "09", "17", "18", "24"].flatMap((number) => {
    const { setup, queries } = readCase(number);
    return queries.map((sql) => [number, sql, setup] as const);
  });
  test.each(sent)("case %s: %s", async (_, sql, setup) => {
    await rulesOffered(parser, setup, sql);
  });
});

describe("texts are offered", () => {
  const sent = ["28", "29"].flatMap((number) => {
    const { setup, queries, rule } = readCase(number);
    return queries.map((sql) => [number, sql, setup, rule] as const);
  });
  test.each(sent)("case %s: %s", async (_, sql, setup, rule) => {
    expect(await rulesOffered(parser, setup, sql)).toContain(rule);
  });

  test("case 05: a range with a margin of zones beside a comparison with now()", async () => {
    const { request } = readCase("05");
    for (const [sql] of request?.queries ?? []) {
      const setup = [`CREATE TABLE ${request?.table} (${request?.columns})`];
      expect(await rulesOffered(parser, setup, sql)).toEqual(["sargable_predicate"]);
    }
  });

  test("case 27: an IN list for equalities joined by OR", async () => {
    const { setup, queries } = readCase("27");
    for (const sql of queries) expect(await rulesOffered(parser, setup, sql)).toEqual(["or_to_in"]);
  });
});

test("case 26: no summary holds a sum that may overflow", async () => {
  const { setup, queries } = readCase("26");
  const db = await openRewriteDatabase(setup);
  const tables = await db.tables();
  db.close();
  for (const sql of queries) expect(await parser.summarize(sql, tables)).toBeNull();
});

test.each([
  ["UHUGEINT", "sum(c)"],
  ["DECIMAL(38,2)", "sum(c)"],
  ["HUGEINT", "avg(c)"],
  ["HUGEINT", "sum(c * 2)"],
  ["BIGINT", "sum(CAST(c AS HUGEINT))"],
])("case 26, a column of type %s: no summary holds %s", async (type, aggregate) => {
  const tables = [
    {
      name: "t",
      columns: [
        { name: "k", type: "INTEGER" },
        { name: "c", type },
      ],
    },
  ];
  const sql = (shown: string) => `SELECT k, ${shown} AS s FROM t GROUP BY k`;
  expect(await parser.summarize(sql(aggregate), tables)).toBeNull();
  expect(await parser.summarize(sql("max(c)"), tables)).not.toBeNull();
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

test.each<[string, Change]>([
  ["nextval('sq')", { kind: "cluster_table", table: "t", keys: ["id"] }],
  ["\"nextval\"('sq') * 2", { kind: "cluster_table", table: "t", keys: ["m"] }],
  [
    "CAST(nextval('sq') AS BIGINT)",
    { kind: "change_type", table: "t", column: "n", from: "BIGINT", to: { name: "INTEGER" } },
  ],
  [
    "nextval('sq')",
    { kind: "change_type", table: "t", column: "m", from: "BIGINT", to: { name: "SMALLINT" } },
  ],
  ["nextval('sq')", { kind: "add_constraint", table: "t", columns: ["id"], constraint: "UNIQUE" }],
  [
    "nextval('sq')",
    { kind: "add_constraint", table: "t", columns: ["id"], constraint: "PRIMARY KEY" },
  ],
])("case 25, with the default %s: nothing is drawn by %o", (fallback, change) =>
  withTestDatabase(
    [
      "CREATE SEQUENCE sq",
      `CREATE TABLE t (id INTEGER, n BIGINT DEFAULT ${fallback}, m BIGINT DEFAULT 5)`,
      "INSERT INTO t SELECT i, i, i FROM range(50) r(i)",
    ],
    async (db) => {
      const before = await db.schema();
      const plan = compilePlan(before, [change]);
      await db.transact(plan.statements);
      await db.transact(plan.revert_statements);
      expect(await db.schema()).toEqual(before);
      expect(await db.rows("SELECT last_value FROM duckdb_sequences()")).toEqual([["null"]]);
    },
  ),
);

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
