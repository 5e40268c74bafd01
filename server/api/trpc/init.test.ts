import { afterAll, beforeAll, expect, test } from "vitest";
import { getSuggestion } from "@/server/decisions";
import { ACTORS, contextOf, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { appRouter } from "./router";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ctx = () => contextOf(database.db, ACTORS.reviewer);
const caller = () => appRouter.createCaller({ ...ctx(), identify: async () => ACTORS.reviewer });
const refusal = { code: "BAD_REQUEST", cause: { code: "invalid_input" } };

test.each([
  ["NUL", "not \u0000 this week"],
  ["an unpaired surrogate", "not \ud800 this week"],
])("text with %s is refused like REST refuses it, and changes nothing", async (_, text) => {
  const { id } = await storeSuggestion(database.db, { state: "pending" });
  const { suggestions } = caller();
  const rejection = suggestions.reject({ suggestion_id: id, reason: text });
  await expect(rejection).rejects.toMatchObject(refusal);
  const word = suggestions.feedback({ suggestion_id: id, score: 1, comment: text });
  await expect(word).rejects.toMatchObject(refusal);
  const after = await getSuggestion({ ctx: ctx(), input: { suggestion_id: id } });
  expect(after).toMatchObject({ state: "pending", feedback: [] });
});

test("any other text is taken as it is", async () => {
  const { id } = await storeSuggestion(database.db, { state: "pending" });
  const reason = "Nicht diese Woche 🙂";
  const { reviews } = await caller().suggestions.reject({ suggestion_id: id, reason });
  expect(reviews).toMatchObject([{ reason }]);
});

test("an input that holds itself is refused by its shape, not looked through for ever", async () => {
  const endless: Record<string, unknown> = {};
  endless.self = endless;
  const asked = caller().suggestions.get(endless as { suggestion_id: string });
  await expect(asked).rejects.toMatchObject({ code: "BAD_REQUEST" });
});
