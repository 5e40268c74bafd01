import { eq, inArray } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentMessages, auditEvents, dataProducts } from "@/drizzle/schema";
import { MessageEnvelope } from "@/server/contracts";
import { type Bus, createRoot, env, type ServiceContext, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { messageRecordId } from "./envelope";
import { type OutgoingMessage, sendMessage, sendToMany } from "./send-message";

const RECIPIENT = { agent_id: "agent-risk-1", product_id: "risk", domain: "risk" };
const alert = (change: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  ...{ recipient: RECIPIENT, message_type: "quality_alert" as const, ttl_seconds: 60 },
  ...{ content: { table: "projects" }, ...change },
});

let database: TestDatabase;
let ctx: ServiceContext;
let bus: Bus;
const contextOf = (settings: Partial<ReturnType<typeof env>>) => {
  const root = createRoot("test", { db: database.db, settings: { ...env(), ...settings } });
  bus = root.bus;
  return systemContext(root, "test");
};

beforeAll(async () => {
  database = await createTestDatabase();
  ctx = contextOf({ AGENT_ID: "agent-own", AGENT_DOMAIN: "financing" });
});
afterAll(() => database.drop());

const send = (message: OutgoingMessage, as = ctx) =>
  as.db.transaction((tx) => sendMessage({ ctx: as, tx, input: message }));
const rowOf = async (id: string) => {
  const [row] = await database.db
    .select()
    .from(agentMessages)
    .where(eq(agentMessages.messageId, id));
  return row;
};

test("a message is queued with its envelope as the specification shows it, and audited once", async () => {
  const { record_id, message_id } = await send(alert({ priority: "urgent" }));
  expect(record_id).toBe(messageRecordId("agent-own", message_id));
  const row = await rowOf(record_id);
  expect(row).toMatchObject({
    ...{ direction: "outbound", deliveryStatus: "queued", signatureState: "own", attempts: 0 },
    ...{ senderId: "agent-own", recipientId: "agent-risk-1", messageType: "quality_alert" },
  });
  const envelope = MessageEnvelope.parse(JSON.parse(row?.envelope ?? ""));
  expect(envelope).toMatchObject({
    ...{ message_id, recipient: RECIPIENT, priority: "urgent", requires_response: false },
    sender: { agent_id: "agent-own", product_id: env().DATA_PRODUCT_ID, domain: "financing" },
    content: { table: "projects" },
  });
  const at = Date.parse(envelope.timestamp);
  expect(row?.dueAt.getTime()).toBe(at - 60_000);
  expect(row?.expiresAt.getTime()).toBe(at + 60_000);
  const audit = await database.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, record_id));
  expect(audit).toMatchObject([
    { action: "message.queue", after: { state: "queued", recipient_id: "agent-risk-1" } },
  ]);
});

test("what ties it to others stands in its content and in its row", async () => {
  const conversation_id = "0f0b4c3a-5a83-4d57-9a07-8d6a0b1c2d3e";
  const ties = { conversation_id, in_reply_to: "msg-7", sequence: 3 };
  const { record_id } = await send(alert(ties));
  expect(await rowOf(record_id)).toMatchObject({
    content: { table: "projects", ...ties },
    ...{ conversationId: conversation_id, sequence: 3 },
    responseId: messageRecordId("agent-risk-1", "msg-7"),
  });
});

test("a transaction that fails keeps no message", async () => {
  let id = "";
  const failed = ctx.db.transaction(async (tx) => {
    id = (await sendMessage({ ctx, tx, input: alert() })).record_id;
    throw new Error("something later");
  });
  await expect(failed).rejects.toThrow("something later");
  expect(await rowOf(id)).toBeUndefined();
});

test("live pages are told of a message after its transaction", async () => {
  const told: unknown[] = [];
  const end = await bus.subscribe((event) => told.push(event));
  const { record_id } = await send(alert());
  await expect.poll(() => told).toContainEqual({ topic: "message", id: record_id });
  await end();
});

test("one message to many is a row for each", async () => {
  const recipients = ["a", "b", "c"].map((agent_id) => ({ ...RECIPIENT, agent_id }));
  const { recipient: _, ...words } = alert();
  const sent = await ctx.db.transaction((tx) =>
    sendToMany({ ctx, tx, input: { ...words, recipients } }),
  );
  const ids = sent.map(({ record_id }) => record_id);
  const rows = await database.db
    .select()
    .from(agentMessages)
    .where(inArray(agentMessages.messageId, ids));
  expect(rows.map((row) => row.recipientId).sort()).toEqual(["a", "b", "c"]);
  expect(new Set(ids).size).toBe(3);
});

test("content that does not fit its type is refused, with the place", async () => {
  await expect(send(alert({ content: { table: 7 } }))).rejects.toMatchObject({
    ...{ code: "invalid_input", details: { message_type: "quality_alert", path: "table" } },
  });
});

test("what is larger than any sidecar takes is refused", async () => {
  const content = { table: "projects", notes: "n".repeat(env().REQUEST_BYTES_MAX) };
  await expect(send(alert({ content }))).rejects.toMatchObject({ code: "too_large" });
});

test("the domain is the one that the product told, and without one nothing is sent", async () => {
  const as = contextOf({ DATA_PRODUCT_ID: "told" });
  await expect(send(alert(), as)).rejects.toMatchObject({ code: "unavailable" });
  const row = { productId: "told", domain: "logistics", baseUrl: "http://127.0.0.1:1" };
  await database.db.insert(dataProducts).values(row);
  const { record_id } = await send(alert(), as);
  const envelope = JSON.parse((await rowOf(record_id))?.envelope ?? "");
  expect(envelope.sender).toMatchObject({ product_id: "told", domain: "logistics" });
});
