import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { suggestions } from "@/drizzle/schema";
import type { AnalyzeRequest, SuggestionState } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { isAnalysisDue } from "./analyze-when-due";
import { ACTORS, contextOf, emptySchema, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

let products = 0;

/** Is an analysis due of a product of which one suggestion ended so many hours ago? */
async function isDueAfter(
  state: SuggestionState,
  hours: number,
  { context = {}, of = "schema-1" }: { context?: AnalyzeRequest["context"]; of?: string } = {},
): Promise<boolean> {
  const productId = `p-${++products}`;
  const at = new Date(Date.now() - hours * 3_600_000);
  const { id } = await storeSuggestion(database.db, {
    state,
    productId,
    context,
    schemaFingerprint: of,
  });
  await database.db
    .update(suggestions)
    .set({ createdAt: at, updatedAt: at })
    .where(eq(suggestions.id, id));
  const schema = emptySchema({ product_id: productId });
  return isAnalysisDue({ ctx: contextOf(database.db, ACTORS.viewer), input: schema });
}

test.each<SuggestionState>(["no_gain", "rejected", "expired"])(
  "an analysis that ended as %s is not asked for again within a day, unless the schema changed",
  async (state) => {
    expect(await isDueAfter(state, 23)).toBe(false);
    expect(await isDueAfter(state, 25)).toBe(true);
    expect(await isDueAfter(state, 23, { of: "schema-0" })).toBe(true);
  },
);

test("one that failed is asked for again after an hour, not at once", async () => {
  expect(await isDueAfter("failed", 0.9)).toBe(false);
  expect(await isDueAfter("failed", 1.1)).toBe(true);
});

test.each<[string, AnalyzeRequest["context"]]>([
  ["one table", { table_name: "projects" }],
  ["a shorter time", { budget_seconds: 10 }],
  ["queries of the caller's", { query_patterns: [{ query: "SELECT 1", frequency: 1 }] }],
])("a request for %s is no analysis of all", async (_, context) => {
  expect(await isDueAfter("no_gain", 0.1, { context })).toBe(true);
  expect(await isDueAfter("failed", 0.1, { context })).toBe(true);
});

test("what is open holds up the next analysis, whatever it is about", async () => {
  expect(await isDueAfter("proving", 0, { context: { table_name: "projects" } })).toBe(false);
  expect(await isDueAfter("pending", 100)).toBe(false);
});
