import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Candidate, Change, ChangeKind, Plan, TableSchema } from "@/server/contracts";
import { AppError } from "@/server/platform/errors";
import { quoteIdentifier } from "@/server/sql";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { compilePlan, proposeCandidates } from "./index";
import { workload } from "./testing/advice";
import { openTestDatabase, type TestDatabase } from "./testing/duckdb";
import {
  buildTables,
  queryTexts,
  textValues,
  type WorkloadScenario,
  withStatistics,
  workloadScenario,
} from "./testing/workload-scenario";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

/** Number of rows and order-free checksums of every table, columns as text. */
async function checksums(db: TestDatabase, tables: TableSchema[]): Promise<string[][]> {
  const sums: string[][] = [];
  for (const { name, columns } of tables) {
    const texts = columns
      .map((each) => `CAST(${quoteIdentifier(each.name)} AS VARCHAR)`)
      .join(", ");
    const hash = `hash(${texts})`;
    const sql = `SELECT count(*), bit_xor(${hash}), sum(CAST(${hash} AS HUGEINT)) FROM ${quoteIdentifier(name)}`;
    sums.push([name, ...(await db.rows(sql)).flat()]);
  }
  return sums;
}

/** Applies and reverts a plan: data equal in between, schema and data equal in the end. */
async function checkRoundTrip(db: TestDatabase, plan: Plan): Promise<void> {
  const before = await db.schema();
  const sums = await checksums(db, before);
  await db.transact(plan.statements);
  expect(await checksums(db, before)).toEqual(sums);
  await db.transact(plan.revert_statements);
  for (const statement of plan.cleanup_statements) await db.run(statement);
  expect(await db.schema()).toEqual(before);
  expect(await checksums(db, before)).toEqual(sums);
}

async function propose(db: TestDatabase, input: WorkloadScenario): Promise<Candidate[]> {
  const tables = await withStatistics(db, await db.schema(), input);
  const queries = await workload(parser, tables, queryTexts(input));
  const distinctValues = await textValues(db, tables);
  const { candidates, excluded } = proposeCandidates({ tables, queries, distinctValues });
  for (const { reason } of excluded) expect(reason).not.toBe("");
  return candidates;
}

/** A set compiles, or is refused as one that cannot be (two orders, a column's two indexes). */
function tryCompile(tables: TableSchema[], changes: Change[]): Plan | null {
  try {
    return compilePlan(tables, changes);
  } catch (error) {
    expect(error).toMatchObject({ code: "not_executable" });
    expect(error).toBeInstanceOf(AppError);
    return null;
  }
}

const hasStatements = ({ plan }: Candidate): boolean => plan.statements.length > 0;

test("whatever the schema and the workload, every proposed plan and every compatible set of them runs in one transaction and reverts schema and data exactly", async () => {
  const kinds = new Map<ChangeKind, number>();
  let sets = 0;
  await fc.assert(
    fc.asyncProperty(workloadScenario, async (input) => {
      const db = await openTestDatabase();
      try {
        await buildTables(db, input);
        const candidates = (await propose(db, input)).filter(hasStatements);
        for (const { change, plan } of candidates) {
          await checkRoundTrip(db, plan);
          kinds.set(change.kind, (kinds.get(change.kind) ?? 0) + 1);
        }
        if (candidates.length < 2) return;
        const picked = new Set(
          input.picks.flatMap((at) => candidates[at % candidates.length] ?? []),
        );
        const set = tryCompile(
          await db.schema(),
          [...picked].map(({ change }) => change),
        );
        if (set === null || picked.size < 2) return;
        await checkRoundTrip(db, set);
        sets += 1;
      } finally {
        db.close();
      }
    }),
    { numRuns: 40, seed: 5 },
  );
  for (const kind of [
    "add_index",
    "drop_index",
    "cluster_table",
    "change_type",
    "add_constraint",
  ] as const) {
    expect(kinds.get(kind) ?? 0, kind).toBeGreaterThan(5);
  }
  expect(sets).toBeGreaterThan(10);
}, 120_000);
