import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operations, suggestions } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { getOperation, requestExecution } from "@/server/execution";
import { newId } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import {
  analyze,
  continueProof,
  getSuggestion,
  giveFeedback,
  listProofEvents,
  listSuggestions,
  waitForSuggestion,
} from ".";
import { ACTORS, contextOf, indexOn, storeSuggestion } from "./testing/fixtures";

const OTHER: Actor = { ...ACTORS.product, id: "risk", label: "risk" };
let database: TestDatabase;
let id: string;
let operationId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ id } = await storeSuggestion(database.db, {
    state: "approved",
    candidates: [indexOn("status")],
  }));
  operationId = newId("op");
  const plan = indexOn("status").plan;
  await database.db.insert(operations).values({
    id: operationId,
    suggestionId: id,
    productId: "duckdb-spawn",
    kind: "execute",
    state: "failed",
    itemIds: [],
    plan,
    schemaFingerprint: "schema-1",
    requestedBy: "test",
    progress: { message: "", fraction: 0 },
  });
});
afterAll(() => database.drop());

const as = (actor: Actor) => contextOf(database.db, actor);
const list = async (actor: Actor) => {
  const page = await listSuggestions({ ctx: as(actor), input: { limit: 50 } });
  return page.items.map((item) => item.suggestion_id);
};

test("a product sees its own suggestions and operations", async () => {
  const ctx = as(ACTORS.product);
  expect(await list(ACTORS.product)).toEqual([id]);
  const input = { suggestion_id: id };
  expect(await getSuggestion({ ctx, input })).toMatchObject({ suggestion_id: id });
  expect(await getOperation({ ctx, input: { operation_id: operationId } })).toMatchObject({
    operation_id: operationId,
  });
});

test("for another product they do not exist: not to read, judge, continue or execute", async () => {
  const ctx = as(OTHER);
  expect(await list(OTHER)).toEqual([]);
  const input = { suggestion_id: id };
  const attempts = [
    getSuggestion({ ctx, input }),
    waitForSuggestion({ ctx, input: { ...input, seconds: 0 } }),
    listProofEvents({ ctx, input: { ...input, limit: 10 } }),
    giveFeedback({ ctx, input: { ...input, score: 1, comment: "" } }),
    continueProof({ ctx, input: { ...input, seconds: 120 } }),
    requestExecution({ ctx, input }),
    getOperation({ ctx, input: { operation_id: operationId } }),
  ];
  for (const outcome of await Promise.allSettled(attempts)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "not_found" } });
  }
  const [row] = await database.db.select().from(suggestions).where(eq(suggestions.id, id));
  expect(row?.state).toBe("approved");
});

test("a product asks about itself only", async () => {
  const input = { operation_type: "schema_optimization" as const, context: {} };
  for (const product_id of ["duckdb-spawn", undefined]) {
    const attempt = analyze({
      ctx: as(OTHER),
      input: { ...input, ...(product_id !== undefined && { product_id }) },
    });
    // Not even the sidecar's own product, when it names none: it is asked about itself.
    await expect(attempt).rejects.toMatchObject({ code: "not_found" });
  }
});

test("an estimate of a schema that a product sent is that product's", async () => {
  const input = {
    operation_type: "schema_optimization" as const,
    context: {
      table_name: "loans",
      query_patterns: [{ query: "SELECT * FROM loans WHERE status = ?", frequency: 5 }],
      current_schema: [{ name: "status", type: "VARCHAR", indexed: false }],
    },
  };
  const { suggestion_id } = await analyze({ ctx: as(OTHER), input });
  expect(await list(OTHER)).toEqual([suggestion_id]);
  expect(await list(ACTORS.product)).toEqual([id]);
  expect(await list(ACTORS.viewer)).toEqual([suggestion_id, id]);
  // The same request of another product is not answered with this one.
  const { suggestion_id: own } = await analyze({ ctx: as(ACTORS.product), input });
  expect(own).not.toBe(suggestion_id);
  expect(await list(OTHER)).toEqual([suggestion_id]);
});
