import { afterAll, beforeAll, expect, test } from "vitest";
import { Candidate } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import type { AdviceInput } from "../../kind-spec";
import { compilePlan } from "../../plan/compile-plan";
import { proposeKind } from "../../propose-candidates";
import { column, table, workload } from "../../testing/advice";
import { describeQuery } from "../../workload-query";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const TABLES = [
  table([
    column("project_id", "UUID", { nullable: false }),
    column("creation_date", "DATE"),
    column("status", "VARCHAR"),
  ]),
];

async function input(...sqls: string[]): Promise<AdviceInput> {
  const entries = sqls.map((sql) => ({ sql, calls: 10, mean_ms: 5 }));
  const seen = await workload(parser, TABLES, entries);
  const queries = seen.map(({ pattern }) => describeQuery(parser, pattern, TABLES));
  return { tables: TABLES, queries: await Promise.all(queries) };
}

const BY_YEAR = "SELECT count(*) FROM projects WHERE year(creation_date) = 2020";

test("proposes the other text under the same parameters, with nothing to run", async () => {
  const advice = await input(BY_YEAR, "SELECT count(*) FROM projects WHERE status = 'a'");
  const { candidates, excluded } = proposeKind("rewrite_query", advice);
  const fingerprint = advice.queries[0]?.pattern.fingerprint ?? "";
  expect(excluded).toEqual([]);
  expect(candidates).toHaveLength(1);
  expect(Candidate.parse(candidates[0])).toMatchObject({
    candidate_id: `rewrite_query:${fingerprint}:sargable_predicate`,
    title: "Rewrite query on `projects`: add the range of the bare column",
    targeted_fingerprints: [fingerprint],
    plan: { statements: [], revert_statements: [], cleanup_statements: [], is_reversible: true },
    risk: { level: "low" },
  });
  expect(candidates[0]?.change).toEqual({
    kind: "rewrite_query",
    table: "projects",
    rule: "sargable_predicate",
    rewrites: [
      {
        fingerprint,
        sql: `SELECT count_star() FROM projects WHERE ((creation_date >= COALESCE(TRY(make_date(CAST($1 AS BIGINT), 1, 1)), CAST('-infinity' AS DATE))) AND (creation_date <= COALESCE(TRY(make_date((CAST($1 AS BIGINT) + 1), 1, 1)), CAST('infinity' AS DATE))) AND ("year"(creation_date) = $1))`,
      },
    ],
  });
  expect(candidates[0]?.reason).toMatch(/^High-frequency query of projects \(10 calls, 50%/);
  expect(candidates[0]?.drawbacks[0]).toMatch(/product's own code/);
});

test("a rewrite compiles to no statement, alone and beside other changes", async () => {
  const [candidate] = proposeKind("rewrite_query", await input(BY_YEAR)).candidates;
  const changes = candidate ? [candidate.change] : [];
  expect(compilePlan(TABLES, changes)).toEqual(candidate?.plan);
  const index = { kind: "add_index" as const, table: "projects", column: "status" };
  expect(compilePlan(TABLES, [...changes, index])).toEqual(compilePlan(TABLES, [index]));
});

test("proposes each text once, and only for tables asked for", async () => {
  const advice = await input(BY_YEAR, BY_YEAR.replace("2020", "2021"));
  expect(proposeKind("rewrite_query", advice).candidates).toHaveLength(1);
  expect(proposeKind("rewrite_query", { ...advice, tableName: "others" }).candidates).toEqual([]);
  expect(
    proposeKind("rewrite_query", await input("SELECT status FROM projects")).candidates,
  ).toEqual([]);
});
