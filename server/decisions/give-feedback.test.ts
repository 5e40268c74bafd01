import { desc, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentDecisions, auditEvents, suggestions } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { giveFeedback } from "./decide";
import { getSuggestion } from "./read-suggestions";
import { ACTORS, contextOf, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const give = (id: string, score: -1 | 1, actor: Actor, comment = "") =>
  giveFeedback({
    ctx: contextOf(database.db, actor),
    input: { suggestion_id: id, score, comment },
  });

async function scoreOf(id: string): Promise<number | null | undefined> {
  const [row] = await database.db
    .select({ score: agentDecisions.feedbackScore })
    .from(agentDecisions)
    .innerJoin(suggestions, eq(suggestions.decisionId, agentDecisions.decisionId))
    .where(eq(suggestions.id, id));
  return row?.score;
}

test("each actor has one word, the last; the decision's score is the mean", async () => {
  const { id } = await storeSuggestion(database.db, { state: "pending" });
  await give(id, 1, ACTORS.reviewer);
  await give(id, -1, ACTORS.reviewer, "The table is rebuilt every night.");
  const { feedback } = await give(id, 1, ACTORS.product);
  expect(feedback.map(({ by, score, comment }) => [by, score, comment])).toEqual([
    ["reviewer@test", -1, "The table is rebuilt every night."],
    ["duckdb-spawn", 1, ""],
  ]);
  expect(await scoreOf(id)).toBe(0);
  const rows = await database.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));
  expect(rows.map(({ action }) => action)).toEqual(Array(3).fill("suggestion.feedback"));
});

test("two words at once both count", async () => {
  const { id } = await storeSuggestion(database.db, { state: "pending" });
  await Promise.all([give(id, 1, ACTORS.reviewer), give(id, 1, ACTORS.second)]);
  expect(await scoreOf(id)).toBe(1);
});

test("two words of one actor at once are one word, and both are in the audit log", async () => {
  const { id } = await storeSuggestion(database.db, { state: "pending" });
  await Promise.all([give(id, 1, ACTORS.reviewer), give(id, -1, ACTORS.reviewer)]);
  const { feedback } = await getSuggestion({
    ctx: contextOf(database.db, ACTORS.viewer),
    input: { suggestion_id: id },
  });
  expect(feedback).toHaveLength(1);
  // The word that stands is the one given last, and the score is its.
  const rows = await database.db
    .select({ after: auditEvents.after })
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, id))
    .orderBy(desc(auditEvents.id));
  expect(rows).toHaveLength(2);
  expect(rows[0]?.after).toMatchObject({ score: feedback[0]?.score });
  expect(await scoreOf(id)).toBe(feedback[0]?.score);
});

test("an agent of another product has no word here, and what is not there gets none", async () => {
  const { id } = await storeSuggestion(database.db, { state: "pending" });
  const agent: Actor = { kind: "agent", id: "a", label: "a", roles: ["agent"] };
  await expect(give(id, 1, agent)).rejects.toMatchObject({ code: "forbidden" });
  expect(await scoreOf(id)).toBeNull();
  const missing = give("sugg-nothere", 1, ACTORS.viewer);
  await expect(missing).rejects.toMatchObject({ code: "not_found" });
});
