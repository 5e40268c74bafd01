import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operations, suggestionItems } from "@/drizzle/schema";
import type { Actor, Candidate } from "@/server/contracts";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import {
  ACTORS,
  candidateOf,
  contextOf,
  storeSuggestion,
} from "@/server/decisions/testing/fixtures";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { exportTrainingSet } from "..";

const ADMIN: Actor = { kind: "user", id: "u-9", label: "admin@test", roles: ["admin"] };
const PLAN = {
  ...{ statements: ["SELECT 1"], revert_statements: [], cleanup_statements: [] },
  is_reversible: true,
};
const index = (column: string): Candidate =>
  candidateOf({ kind: "add_index", table: "projects", column }, PLAN, ["f1"]);
const measured = (gain: number) =>
  evidenceOf([
    queryEvidenceOf("f1", gain, { sql: "SELECT * FROM projects WHERE project_name = $1" }),
  ]);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const exported = (actor: Actor = ADMIN) =>
  exportTrainingSet({ ctx: contextOf(database.db, actor), input: {} });

test("measured candidates and reviewed estimates become questions with their answers", async () => {
  await storeSuggestion(database.db, {
    state: "pending",
    candidates: [index("project_name")],
    evidence: [measured(0.9)],
  });
  await storeSuggestion(database.db, {
    state: "rejected",
    productId: null,
    candidates: [index("status")],
  });
  const { examples, outcomes, reviews } = await exported();
  expect({ outcomes, reviews }).toEqual({ outcomes: 1, reviews: 1 });
  const answers = examples.map(({ task, answer, family }) => [task, answer, family]);
  expect(answers).toContainEqual(["prior", '{"gain":8}', "live:duckdb-spawn"]);
  expect(answers).toContainEqual(["confidence", '{"pays":"no"}', "live:context"]);
  for (const { answer, soft } of examples) {
    const [choice] = soft;
    const [value = ""] = Object.keys(choice?.choices ?? {});
    expect(answer.slice(choice?.at, (choice?.at ?? 0) + value.length)).toBe(value);
  }
});

test("what was executed counts by what the live workload gained", async () => {
  const { id, itemIds } = await storeSuggestion(database.db, {
    state: "verified",
    candidates: [index("portfolio_id")],
    evidence: [measured(0.9)],
  });
  await database.db
    .update(suggestionItems)
    .set({ isApproved: true })
    .where(eq(suggestionItems.suggestionId, id));
  const gain = { value: 0.3, low: 0.2, high: 0.4 };
  const side = { calls: 50, median_ms: 10 };
  await database.db.insert(operations).values({
    ...{ id: "op-training01", suggestionId: id, productId: "duckdb-spawn", itemIds },
    ...{ kind: "execute", state: "verified", plan: PLAN, schemaFingerprint: "schema-1" },
    ...{ requestedBy: "test", progress: { message: "", fraction: 1 } },
    verification: {
      ...{ state: "confirmed", window_started_at: "2026-01-01T00:00:00.000Z" },
      ...{ window_ended_at: null, summary: "" },
      queries: [
        {
          ...{ fingerprint: "f1", sql: "", is_targeted: true, before: side, after: side },
          ...{ actual_gain: gain, expected_gain: null, status: "faster" },
        },
      ],
    },
  });
  const answers = (await exported()).examples.map(({ answer }) => answer);
  expect(answers).toContain('{"gain":4}');
});

test("only who may promote a model may take its training set", async () => {
  await expect(exported(ACTORS.reviewer)).rejects.toMatchObject({ code: "forbidden" });
});
