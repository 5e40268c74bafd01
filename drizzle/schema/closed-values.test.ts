import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  agentMessages,
  auditEvents,
  feedback,
  jobs,
  models,
  operations,
  reviews,
  suggestionItems,
  suggestions,
} from "@/drizzle/schema";
import {
  ActorKind,
  Basis,
  ConversationKind,
  ConversationRole,
  ConversationState,
  DeadReason,
  DeliveryStatus,
  ItemRole,
  JobKind,
  JobState,
  MessageDirection,
  MessagePriority,
  MessageRefusal,
  ModelSource,
  ModelState,
  NotificationChannel,
  NotificationEvent,
  NotificationState,
  NotificationSubject,
  OPEN_STATES,
  OperationKind,
  OperationState,
  OperationType,
  PartyState,
  ReviewVerdict,
  SignatureState,
  SuggestionState,
  TokenKind,
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
  ["models_state_known", ModelState.options],
  ["models_source_known", ModelSource.options],
  ["agent_messages_delivery_known", DeliveryStatus.options],
  ["agent_messages_direction_known", MessageDirection.options],
  ["agent_messages_signature_known", SignatureState.options],
  ["agent_messages_priority_known", MessagePriority.options],
  ["agent_messages_dead_known", DeadReason.options],
  ["message_refusals_reason_known", MessageRefusal.options],
  ["conversations_kind_known", ConversationKind.options],
  ["conversations_role_known", ConversationRole.options],
  ["conversations_state_known", ConversationState.options],
  ["conversation_parties_state_known", PartyState.options],
  ["audit_events_actor_kind_known", ActorKind.options],
  ["issued_tokens_kind_known", TokenKind.options],
  ["jobs_kind_known", JobKind.options],
  ["jobs_state_known", JobState.options],
  ["notifications_event_known", NotificationEvent.options],
  ["notifications_subject_known", NotificationSubject.options],
  ["notification_deliveries_channel_known", NotificationChannel.options],
  ["notification_deliveries_state_known", NotificationState.options],
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
    ...[
      { state: unknown, source: "refined" as const },
      { state: "candidate" as const, source: unknown },
    ].map((values) =>
      db.insert(models).values({
        ...{ id: "model-000000", name: "m", sha256: "0", file: "m.gguf", sizeBytes: 1 },
        ...{ parameters: 1, quantization: "q8_0", evaluation: sql`'{}'`, trainedOn: sql`'{}'` },
        ...{ createdBy: "test", ...values },
      }),
    ),
    ...[
      { messageType: "", deliveryStatus: "received" as const },
      { messageType: "error", deliveryStatus: unknown },
    ].map((values) =>
      db.insert(agentMessages).values({
        ...{ messageId: sql`gen_random_uuid()`, senderId: "a", recipientId: "b", content: {} },
        ...{ sentTimestamp: new Date(), dueAt: new Date(), expiresAt: new Date() },
        ...{ direction: "inbound", signatureState: "token", priority: "normal" },
        ...{ envelope: "{}", digest: "", ...values },
      }),
    ),
    db.insert(auditEvents).values({
      ...{ actorKind: unknown, actorId: "u", actorLabel: "u", action: "test.write" },
      ...{ subjectType: "test", subjectId: "1" },
    }),
    db.insert(jobs).values({ kind: unknown, subjectId: "s" }),
    db.insert(jobs).values({ kind: "prove", subjectId: "s", state: unknown }),
  ];
  for (const write of writes) await expect(write).rejects.toMatchObject(refusal);
});
