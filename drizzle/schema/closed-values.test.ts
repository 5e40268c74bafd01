import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { feedback, operations, reviews, suggestionItems, suggestions } from "@/drizzle/schema";
import {
  Basis,
  ItemRole,
  OPEN_STATES,
  OperationKind,
  OperationState,
  OperationType,
  ReviewVerdict,
  SuggestionState,
} from "@/server/contracts";
import { storeSuggestion } from "@/server/decisions/testing/fixtures";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Values of a migrated constraint or partial index: the quoted literals of its definition. */
async function literalsOf(definition: ReturnType<typeof sql>): Promise<string[]> {
  const [row] = await database.db.execute<{ text: string }>(definition);
  return [...(row?.text ?? "").matchAll(/'([^']*)'/g)].map((match) => match[1] ?? "").sort();
}

test.each([
  ["suggestions_state_known", SuggestionState.options],
  ["suggestions_basis_known", Basis.options],
  ["suggestions_operation_type_known", OperationType.options],
  ["suggestion_items_role_known", ItemRole.options],
  ["reviews_verdict_known", ReviewVerdict.options],
  ["operations_kind_known", OperationKind.options],
  ["operations_state_known", OperationState.options],
])(
  "the migrated constraint %s allows what the contract knows, and nothing else",
  async (name, values) => {
    const definition = sql`select pg_get_constraintdef(oid) as text from pg_constraint where conname = ${name}`;
    expect(await literalsOf(definition)).toEqual([...values].sort());
  },
);

test("one open suggestion a request: the migrated index has the open states of the contract", async () => {
  const definition = sql`select pg_get_expr(indpred, indrelid) as text from pg_index
    where indexrelid = 'suggestions_open_request'::regclass`;
  expect(await literalsOf(definition)).toEqual([...OPEN_STATES].sort());
});

test("a value outside the contract is refused by the database itself", async () => {
  const { db } = database;
  const { id } = await storeSuggestion(db, { state: "pending" });
  const refusal = { cause: { code: "23514" } };
  const unknown = sql`'unheard_of'`;
  const writes = [
    db.update(suggestions).set({ state: sql`'proposed'` }),
    db.update(suggestions).set({ basis: unknown }),
    db.update(suggestions).set({ operationType: unknown }),
    db.insert(suggestionItems).values({
      id: "item-000000",
      suggestionId: id,
      ordinal: 0,
      role: unknown,
      candidate: sql`'{}'`,
    }),
    db.insert(reviews).values({
      suggestionId: id,
      reviewerId: "u-1",
      reviewerLabel: "u-1",
      verdict: unknown,
      reason: "",
      itemIds: [],
    }),
    db.insert(feedback).values({
      suggestionId: id,
      actorKey: "u-1",
      actorLabel: "u-1",
      score: sql`2`,
      comment: "",
    }),
    ...[
      { kind: unknown, state: "queued" as const },
      { kind: "execute" as const, state: unknown },
    ].map((values) =>
      db.insert(operations).values({
        id: "op-000000",
        suggestionId: id,
        productId: "p",
        itemIds: [],
        plan: sql`'{}'`,
        schemaFingerprint: "",
        requestedBy: "test",
        progress: { message: "", fraction: 0 },
        ...values,
      }),
    ),
  ];
  for (const write of writes) await expect(write).rejects.toMatchObject(refusal);
});
