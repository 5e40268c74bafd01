import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  Candidate,
  CHANGE_FACTS,
  Change,
  type ChangeFacts,
  ChangeKind,
  SuggestionItem,
  type TableSchema,
} from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { areExclusive, CHANGE_KINDS, kindOf, kindsWhere } from "./change-kinds";
import type { AdviceInput, KindSpec } from "./kind-spec";
import { compilePlan } from "./plan/compile-plan";
import { createIndexSql, createTableSql } from "./plan/table-sql";
import { proposeKind } from "./propose-candidates";
import { workload } from "./testing/advice";
import { openTestDatabase, type TestDatabase } from "./testing/duckdb";
import { describeQuery } from "./workload-query";

let parser: ShapeParser;
let db: TestDatabase;
beforeAll(async () => {
  parser = await createShapeParser();
  db = await openTestDatabase();
});
afterAll(() => {
  parser.close();
  db.close();
});

const KINDS = ChangeKind.options;
const SAMPLES: Change[] = KINDS.map((kind) => CHANGE_KINDS[kind].sample.change);

async function sampleInput(kind: ChangeKind): Promise<AdviceInput> {
  const { table, queries, distinctValues } = CHANGE_KINDS[kind].sample;
  const patterns = await workload(parser, [table], queries);
  return {
    tables: [table],
    queries: await Promise.all(
      patterns.map(({ pattern }) => describeQuery(parser, pattern, [table])),
    ),
    ...(distinctValues ? { distinctValues: () => distinctValues } : {}),
  };
}

test("the table has every kind of the contract, and nothing else", () => {
  expect(Object.keys(CHANGE_KINDS)).toEqual(KINDS);
  expect(SuggestionItem.shape.type.options).toEqual(KINDS);
  expect(kindsWhere(({ carriedOutBy }) => carriedOutBy === "developers")).toEqual([
    "rewrite_query",
  ]);
});

describe.each(KINDS)("%s", (kind) => {
  const { sample, ...spec } = CHANGE_KINDS[kind];
  const change: Change = sample.change;

  test("has words, for pages, shell and API", () => {
    expect(spec.label).toMatch(/^[A-Z][a-z]+ [a-z ]+$/);
    expect(spec.description).toMatch(/^[A-Z].*\.$/);
    expect(Change.parse(change)).toEqual(change);
    const isVisible = kindOf(change).parts(change).length + kindOf(change).rewrites(change).length;
    expect(isVisible).toBeGreaterThan(0);
  });

  test("is proposed for its sample, with a title, a reason, risks and its own plan, or only requested", async () => {
    const { candidates } = proposeKind(kind, await sampleInput(kind));
    if (spec.isRequestedOnly) return expect(candidates).toEqual([]);
    const [candidate] = candidates;
    expect(candidates.map((each) => each.change)).toEqual([change]);
    expect(Candidate.parse(candidate)).toEqual(candidate);
    expect(candidate?.targeted_fingerprints.length).toBe(kind === "drop_index" ? 0 : 1);
    expect(candidate?.plan).toEqual(compilePlan([sample.table], [change]));
  });

  test("is applied on DuckDB and reverted to the very schema and rows", async () => {
    const { before, rows } = await buildSample(kind);
    const plan = compilePlan(before, [change]);
    if (spec.carriedOutBy === "developers") {
      expect([plan.statements, plan.revert_statements]).toEqual([[], []]);
      return;
    }
    await db.transact(plan.statements);
    expect([await db.schema(), await rowsOf(sample.table)]).not.toEqual([before, rows]);
    expect(sorted(await rowsOf(sample.table))).toEqual(sorted(rows));
    expect(plan.is_reversible).toBe(true);
    await db.transact(plan.revert_statements);
    for (const sql of plan.cleanup_statements) await db.run(sql);
    expect(await db.schema()).toEqual(before);
    expect(await rowsOf(sample.table)).toEqual(rows);
  });

  test("follows another plan on the same file where it says that it can", async () => {
    if (!spec.appliesAfterOthers || kind === "add_index") return;
    const { before } = await buildSample(kind);
    const index: Change = { kind: "add_index", table: sample.table.name, column: "customer" };
    const alone = [compilePlan(before, [index]), compilePlan(before, [change])];
    await db.transact(alone.flatMap((plan) => plan.statements));
    const together = await db.schema();
    await buildSample(kind);
    await db.transact(compilePlan(before, [index, change]).statements);
    expect(await db.schema()).toEqual(together);
  });

  test("excludes itself or can be made twice, and says the same from both sides", () => {
    for (const other of SAMPLES) {
      expect(areExclusive(change, other)).toBe(areExclusive(other, change));
    }
  });

  test("reaches the queries it is meant for", async () => {
    const { queries } = await sampleInput(kind);
    for (const query of queries) {
      expect(kindOf(change).reach(change, query)).not.toBe("none");
      const foreign = { ...query, shape: { ...query.shape, tables: ["others"] } };
      const isByText = kindOf(change).rewrites(change).length > 0;
      expect(kindOf(change).reach(change, foreign)).toBe(isByText ? "related" : "none");
    }
  });
});

const sorted = (rows: string[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();
/** In the columns of the sample: a change may add others. */
const rowsOf = ({ name, columns }: TableSchema) =>
  db.rows(
    `SELECT ${columns.map((column) => quoteIdentifier(column.name))} FROM ${quoteIdentifier(name)}`,
  );

/** The sample's table with its rows, as DuckDB's catalog tells it. */
async function buildSample(kind: ChangeKind) {
  const { table, rowsSql } = CHANGE_KINDS[kind].sample;
  for (const { name } of await db.schema()) await db.run(`DROP TABLE ${quoteIdentifier(name)}`);
  await db.run(createTableSql(table, table.name, (column) => column.type));
  await db.run(`INSERT INTO ${quoteIdentifier(table.name)} ${rowsSql}`);
  for (const index of table.indexes) await db.run(createIndexSql(table, index));
  return { before: await db.schema(), rows: await rowsOf(table) };
}

test("a table without a kind, and a kind without a member, do not compile", () => {
  const { rewrite_query: _kind, ...kindsButOne } = CHANGE_KINDS;
  const { reach: _member, ...membersButOne } = CHANGE_KINDS.add_index;
  const { columns: _fact, ...factsButOne } = CHANGE_FACTS.add_index;
  // @ts-expect-error a kind is missing
  const kinds: typeof CHANGE_KINDS = kindsButOne;
  // @ts-expect-error a member is missing
  const spec: KindSpec<"add_index"> = membersButOne;
  // @ts-expect-error a fact is missing
  const facts: ChangeFacts<"add_index"> = factsButOne;
  // @ts-expect-error the members of another kind do not fit
  const other: KindSpec<"drop_index"> = CHANGE_KINDS.add_index;
  expect([kinds, spec, facts, other]).toHaveLength(4);
});
