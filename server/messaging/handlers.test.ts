import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentMessages } from "@/drizzle/schema";
import { MESSAGE_CONTENTS, MessageEnvelope } from "@/server/contracts";
import { createRoot, env, type ServiceContext, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { readOwnAddress } from "@/server/registry";
import {
  type HandlingOutcome,
  type MessageHandler,
  type MessageHandlers,
  type MessageRow,
  type OutgoingMessage,
  type ReceivedMessage,
  type SentMessage,
  sendMessage,
  sendToMany,
} from ".";
import { ACKNOWLEDGING_HANDLERS, acknowledge } from "./handlers";

let database: TestDatabase;
let ctx: ServiceContext;
beforeAll(async () => {
  database = await createTestDatabase();
  const settings = { ...env(), AGENT_ID: "agent-own", AGENT_DOMAIN: "financing" };
  ctx = systemContext(createRoot("test", { db: database.db, settings }), "test");
});
afterAll(() => database.drop());

const rows = (): Promise<MessageRow[]> =>
  database.db.select().from(agentMessages).where(eq(agentMessages.messageType, "acknowledgement"));

/** As another agent's would come in: to us, and made into what a handler is given. */
async function received(asksForResponse: boolean): Promise<ReceivedMessage<"quality_alert">> {
  const message: OutgoingMessage = {
    ...{ recipient: await readOwnAddress({ ctx, db: ctx.db }), message_type: "quality_alert" },
    ...{ content: { table: "projects" }, ttl_seconds: 60, requires_response: asksForResponse },
  };
  const sent: SentMessage[] = await ctx.db.transaction((tx) =>
    sendToMany({ ctx, tx, input: { ...message, recipients: [message.recipient] } }),
  );
  const id = sent[0]?.record_id ?? "";
  const [row] = await ctx.db.select().from(agentMessages).where(eq(agentMessages.messageId, id));
  if (row === undefined) throw new Error("not stored");
  const envelope = MessageEnvelope.parse(JSON.parse(row.envelope));
  const content = MESSAGE_CONTENTS.quality_alert.parse(envelope.content);
  return { recordId: id, type: "quality_alert", content, envelope, row };
}

test("who asks for a response is told that the message was handled, and nobody else is", async () => {
  const handle: MessageHandlers["quality_alert"] = ACKNOWLEDGING_HANDLERS.quality_alert;
  const silent = await received(false);
  await ctx.db.transaction((tx) => handle(ctx, tx, silent));
  expect(await rows()).toEqual([]);
  const asking = await received(true);
  await ctx.db.transaction((tx) => acknowledge(ctx, tx, asking));
  expect(await rows()).toMatchObject([
    { recipientId: "agent-own", content: { in_reply_to: asking.envelope.message_id } },
  ]);
});

test("a handler may send in the transaction that handles, and say what became of the message", async () => {
  const handler: MessageHandler<"quality_alert"> = async (context, tx, { envelope }) => {
    const content = { code: "late", message: "Too late." };
    const input = { recipient: envelope.sender, message_type: "error" as const, content };
    await sendMessage({ ctx: context, tx, input: { ...input, ttl_seconds: 60 } });
    return { outcome: "out_of_place", reason: "late" } satisfies HandlingOutcome;
  };
  const message = await received(false);
  const said = await ctx.db.transaction((tx) => handler(ctx, tx, message));
  expect(said).toEqual({ outcome: "out_of_place", reason: "late" });
});
