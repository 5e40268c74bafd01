import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { suggestionItems } from "@/drizzle/schema";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { approveSuggestion } from "./approve-suggestion";
import { rejectSuggestion } from "./decide";
import { getSuggestion } from "./read-suggestions";
import { ACTORS, contextOf, indexOn, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const store = (productId: string | null, ...columns: string[]) =>
  storeSuggestion(database.db, {
    productId,
    state: "pending",
    candidates: columns.map(indexOn),
  });
const reviewer = () => contextOf(database.db, ACTORS.reviewer);
const reject = (id: string, reason: string) =>
  rejectSuggestion({ ctx: reviewer(), input: { suggestion_id: id, reason } });

async function rejectedBefore(id: string) {
  const { suggestions } = await getSuggestion({ ctx: reviewer(), input: { suggestion_id: id } });
  return suggestions.map(({ rejected_before: before }) =>
    before === null ? null : [before.suggestion_id, before.reviewer, before.reason],
  );
}

test("a change that comes back names its latest rejection; one that is new has none", async () => {
  const first = await store("p-1", "status");
  await reject(first.id, "not this week");
  const second = await store("p-1", "status", "currency_code");
  await reject(second.id, "never on this table");
  const third = await store("p-1", "project_name", "status");
  expect(await rejectedBefore(third.id)).toEqual([
    null,
    [second.id, "reviewer@test", "never on this table"],
  ]);
  expect(await rejectedBefore(second.id)).toEqual([
    [first.id, "reviewer@test", "not this week"],
    null,
  ]);
  expect(await rejectedBefore(first.id)).toEqual([null]);
});

test("an approval, another product's rejection and one of no product are none", async () => {
  const approved = await store("p-2", "status");
  await approveSuggestion({ ctx: reviewer(), input: { suggestion_id: approved.id, reason: "" } });
  await reject((await store("p-3", "status")).id, "elsewhere");
  await reject((await store(null, "status")).id, "an estimate");
  expect(await rejectedBefore((await store("p-2", "status")).id)).toEqual([null]);
  expect(await rejectedBefore((await store(null, "status")).id)).toEqual([null]);
});

test("what a rejected suggestion had only turned down itself was not rejected by a person", async () => {
  const { id, itemIds } = await store("p-4", "status", "project_name");
  await database.db
    .update(suggestionItems)
    .set({ role: "alternative" })
    .where(eq(suggestionItems.id, itemIds[1] ?? ""));
  await reject(id, "no");
  const next = await store("p-4", "project_name", "status");
  expect(await rejectedBefore(next.id)).toEqual([null, [id, "reviewer@test", "no"]]);
});
