import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataProducts, operations, suggestionItems } from "@/drizzle/schema";
import { type Actor, type Candidate, TrainingExample } from "@/server/contracts";
import { giveFeedback } from "@/server/decisions";
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
  const live = (await exported()).examples.find(({ basis }) => basis === "live");
  expect(live).toMatchObject({ answer: '{"gain":4}', weight: 3 });
});

test("scores weigh what was measured, and judge what could not be", async () => {
  const at = { productId: "scored" };
  const [liked, doubted] = [
    await storeSuggestion(database.db, {
      ...{
        ...at,
        state: "pending",
        candidates: [{ ...index("liked"), prior: 0.2 }],
        evidence: [measured(0.02)],
      },
    }),
    await storeSuggestion(database.db, {
      ...{ productId: null, state: "approved", candidates: [index("doubted")] },
    }),
  ];
  const say = (id: string, score: -1 | 1, actor: Actor) =>
    giveFeedback({
      ctx: contextOf(database.db, actor),
      input: { suggestion_id: id, score, comment: "" },
    });
  await say(liked.id, 1, ACTORS.reviewer);
  await say(doubted.id, -1, ACTORS.reviewer);
  const { examples, scores } = await exported();
  expect(scores).toBe(2);
  expect(examples.find(({ family }) => family === "live:scored")).toMatchObject({
    ...{ task: "prior", answer: '{"gain":1}', basis: "proof", weight: 2 },
  });
  const word = examples.find(({ prompt }) => prompt.includes("doubted"));
  expect(word).toMatchObject({ basis: "people", answer: '{"pays":"yes"}' });
  expect(word?.soft[0]?.choices).toEqual({ yes: 0.6, no: 0.4 });
  await say(doubted.id, -1, ACTORS.second);
  expect((await exported()).examples.some(({ prompt }) => prompt.includes("doubted"))).toBe(false);
});

test("a measurement also answers whether a change pays that nobody could measure", async () => {
  const column = (name: string) => ({
    ...{ name, type: "VARCHAR", nullable: true, default_sql: null, statistics: null },
  });
  const table = {
    ...{ name: "projects", row_count: 50_000, estimated_bytes: 1_000_000, constraints: [] },
    ...{ columns: ["project_name", "status"].map(column) },
    // As it is after the execution: the question is asked as before it.
    indexes: [{ name: "i", columns: ["project_name"], is_unique: false, sql: "" }],
  };
  const product = { product_id: "measured", domain: "d", duckdb_version: "v1", threads: 1 };
  const schema = { ...product, data_version: "1", schema_fingerprint: "1", tables: [table] };
  await database.db
    .insert(dataProducts)
    .values({ productId: "measured", domain: "d", baseUrl: "http://x", schema });
  await storeSuggestion(database.db, {
    ...{ productId: "measured", state: "pending", evidence: [measured(0.9)] },
    candidates: [index("project_name")],
  });
  const own = (await exported()).examples.filter(({ family }) => family === "live:measured");
  expect(own.map(({ task, answer }) => [task, answer])).toEqual([
    ["prior", '{"gain":8}'],
    ["confidence", '{"pays":"yes"}'],
  ]);
  expect(new Set(own.map(({ group }) => group)).size).toBe(1);
  for (const example of own) expect(TrainingExample.parse(example)).toEqual(example);
});

test("only who may promote a model may take its training set", async () => {
  await expect(exported(ACTORS.reviewer)).rejects.toMatchObject({ code: "forbidden" });
});
