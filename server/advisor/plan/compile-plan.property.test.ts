import fc from "fast-check";
import { expect, test } from "vitest";
import type { Change, ChangeKind, Plan, TableSchema } from "@/server/contracts";
import { AppError } from "@/server/platform/errors";
import { quoteIdentifier } from "@/server/sql";
import { openTestDatabase, type TestDatabase } from "../testing/duckdb";
import {
  buildScenario,
  type PlanScenario,
  planScenario,
  satisfies,
  scenarioChanges,
} from "../testing/plan-scenario";
import { compilePlan } from "./compile-plan";

function tryCompile(tables: TableSchema[], changes: Change[]): Plan | null {
  try {
    return compilePlan(tables, changes);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return null;
  }
}

const sorted = (list: string[][]): string[] => list.map((row) => JSON.stringify(row)).sort();

async function checkPlan(db: TestDatabase, input: PlanScenario, changes: Change[], plan: Plan) {
  const select = `SELECT * FROM ${quoteIdentifier(input.table)}`;
  const [before, rows] = [await db.schema(), await db.rows(select)];
  if (!(await satisfies(db, changes))) {
    await expect(db.transact(plan.statements)).rejects.toThrow(/constraint|duplicate/i);
    expect(await db.schema()).toEqual(before);
    expect(await db.rows(select)).toEqual(rows);
    return "refused by the data";
  }
  await db.transact(plan.statements);
  expect(sorted(await db.rows(select))).toEqual(sorted(rows));
  await db.transact(plan.revert_statements);
  for (const statement of plan.cleanup_statements) await db.run(statement);
  expect(await db.schema()).toEqual(before);
  const after = await db.rows(select);
  expect(sorted(after)).toEqual(sorted(rows));
  const isOrdered = changes.some((change) => change.kind === "cluster_table");
  if (!isOrdered || input.key !== "none") expect(after).toEqual(rows);
  return "applied and reverted";
}

test("every plan runs in one transaction or fails by the data alone; its revert restores schema, comments, data and the promised order", async () => {
  const outcomes = new Map<string, number>();
  const count = (name: string): void => {
    outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
  };
  await fc.assert(
    fc.asyncProperty(planScenario, async (input) => {
      const db = await openTestDatabase();
      try {
        await buildScenario(db, input);
        const changes = scenarioChanges(input);
        const plan = tryCompile(await db.schema(), changes);
        if (!plan || plan.statements.length === 0) return count("no plan");
        const outcome = await checkPlan(db, input, changes, plan);
        count(outcome);
        if (outcome === "applied and reverted") for (const { kind } of changes) count(kind);
      } finally {
        db.close();
      }
    }),
    { numRuns: 120, seed: 11 },
  );
  expect(outcomes.get("applied and reverted")).toBeGreaterThan(40);
  expect(outcomes.get("refused by the data")).toBeGreaterThan(10);
  const kinds: ChangeKind[] = [
    "add_index",
    "drop_index",
    "cluster_table",
    "change_type",
    "add_constraint",
  ];
  for (const kind of kinds) expect(outcomes.get(kind) ?? 0, kind).toBeGreaterThan(8);
}, 120_000);
