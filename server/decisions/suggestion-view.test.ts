import { afterAll, beforeAll, expect, test } from "vitest";
import { operations } from "@/drizzle/schema";
import type { Verification } from "@/server/contracts";
import { newId } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { loadSuggestion } from "./suggestion-view";
import { ACTORS, contextOf, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const AT = "2026-01-01T00:00:00.000Z";

/** What is said of an executed suggestion whose live workload was watched so far. */
async function noteAfter(state: Verification["state"] | null): Promise<string> {
  const { id } = await storeSuggestion(database.db, { state: "executed" });
  const plan = {
    ...{ statements: ["SELECT 1;"], revert_statements: [], cleanup_statements: [] },
    is_reversible: true,
  };
  await database.db.insert(operations).values({
    ...{ id: newId("op"), suggestionId: id, productId: id, itemIds: [], plan },
    ...{ kind: "execute", state: "executed", schemaFingerprint: "schema-1", requestedBy: "test" },
    progress: { message: "", fraction: 1 },
    verification: state && {
      state,
      window_started_at: AT,
      window_ended_at: state === "watching" ? null : AT,
      queries: [],
      summary: "",
    },
  });
  const suggestion = await loadSuggestion(contextOf(database.db, ACTORS.reviewer), id);
  expect(suggestion.state).toBe("executed");
  return suggestion.note;
}

test("an executed suggestion is said to be compared only while it is", async () => {
  expect(await noteAfter(null)).toMatch(/is being compared/);
  expect(await noteAfter("watching")).toMatch(/is being compared/);
  expect(await noteAfter("inconclusive")).toBe("Executed; the watch ended without a clear effect.");
  expect(await noteAfter("regressed")).toMatch(/slowed the live workload/);
});

test("nothing to suggest is said to be measured only where it was", async () => {
  const noteOf = async (productId: string | null) => {
    const { id } = await storeSuggestion(database.db, { state: "no_gain", productId });
    return (await loadSuggestion(contextOf(database.db, ACTORS.reviewer), id)).note;
  };
  expect(await noteOf("p-1")).toMatch(/nothing that was measured was worth it/);
  expect(await noteOf(null)).toMatch(/^Nothing to suggest from this context alone/);
});
