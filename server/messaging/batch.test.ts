import { inArray } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { agentMessages, auditEvents } from "@/drizzle/schema";
import { createRoot, env, publish, type ServiceContext, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { acceptMessages } from "./accept-messages";
import type { IncomingMessage } from "./open-messages";
import { refusalReasonOf } from "./refusal";
import { listPeer, makeKey, messageOf, signWith } from "./testing/peer";

let database: TestDatabase;
let ctx: ServiceContext;
const KEY = makeKey("key-1");
beforeAll(async () => {
  database = await createTestDatabase();
  const settings = { ...env(), MODEL_MANIFEST: "no-models.json" };
  ctx = systemContext(createRoot("test", { db: database.db, settings }), "courier");
  await listPeer(database.db, [KEY.jwk]);
});
afterAll(() => database.drop());

const incoming = (envelope = messageOf(), key = KEY): IncomingMessage => {
  const text = JSON.stringify(envelope);
  return { text, signature: signWith(key, text), via: "broker" };
};

test("each of a batch has its own outcome: stored, repeated, reused, refused", async () => {
  const [first, second] = [messageOf(), messageOf()];
  const outcomes = await acceptMessages({
    ctx,
    input: [
      incoming(first),
      { ...incoming(), signature: null },
      incoming(first),
      incoming({ ...first, priority: "urgent" }),
      incoming(messageOf(), makeKey("key-1")),
      incoming(second),
    ],
  });
  const told = outcomes.map((outcome) =>
    outcome.isDone ? outcome.value.receipt.is_duplicate : refusalReasonOf(outcome.error),
  );
  expect(told).toEqual([false, "unsigned", true, "id_reused", "bad_signature", false]);
  expect(await database.db.$count(agentMessages)).toBe(2);
});

test("batches with the same messages in other orders store each once, with one audit row", async () => {
  const messages = Array.from({ length: 20 }, () => incoming());
  const runs = await Promise.all(
    [messages, messages.toReversed(), messages].map((input) => acceptMessages({ ctx, input })),
  );
  const receipts = runs
    .flat()
    .flatMap((outcome) => (outcome.isDone ? [outcome.value.receipt] : []));
  expect(receipts).toHaveLength(60);
  expect(receipts.filter(({ is_duplicate }) => !is_duplicate)).toHaveLength(20);
  const ids = receipts.map(({ record_id }) => record_id);
  expect(await database.db.$count(auditEvents, inArray(auditEvents.subjectId, ids))).toBe(20);
});

test("conversation, sequence and what is answered are kept beside the message; nonsense is not", async () => {
  const conversation_id = crypto.randomUUID();
  const content = { table: "t", conversation_id, in_reply_to: "msg-of-ours", sequence: 2 };
  const odd = { table: "t", conversation_id: "x", in_reply_to: 7, sequence: 0.5 };
  const outcomes = await acceptMessages({
    ctx,
    input: [
      incoming(messageOf({ message_type: "acceptance", content })),
      incoming(messageOf({ message_type: "acceptance", content: odd })),
      incoming(messageOf({ message_type: "quality_alert", content: { table: "t" } })),
    ],
  });
  const ids = outcomes.flatMap((each) => (each.isDone ? [each.value.receipt.record_id] : []));
  const rows = await database.db
    .select()
    .from(agentMessages)
    .where(inArray(agentMessages.messageId, ids));
  const [tied, loose, opening] = ids.map((id) => rows.find(({ messageId }) => messageId === id));
  expect(tied).toMatchObject({ conversationId: conversation_id, sequence: 2 });
  expect(tied?.responseId).toMatch(/^[0-9a-f-]{36}$/);
  expect(loose).toMatchObject({ conversationId: null, sequence: null, responseId: null });
  expect(opening?.conversationId).toBe(opening?.messageId);
});

test("pages are told of a posted message at once and once; of a bundle's, the courier tells them", async () => {
  const heard: string[] = [];
  const end = await ctx.bus.subscribe(({ id }) => heard.push(id));
  const posted = { ...incoming(), via: "http" as const };
  const input = [incoming(), posted, incoming()];
  const [, outcome] = await acceptMessages({ ctx, input });
  await acceptMessages({ ctx, input: [posted] });
  await publish(ctx.db, { topic: "message", id: "the last" });
  await vi.waitFor(() => expect(heard).toContain("the last"), { interval: 10 });
  await end();
  const id = outcome?.isDone ? outcome.value.receipt.record_id : "";
  expect(heard).toEqual([id, "the last"]);
});
