import { randomUUID } from "node:crypto";
import { agentMessages } from "@/drizzle/schema";
import {
  type AgentAddress,
  MESSAGE_CONTENTS,
  type MessageEnvelope,
  type MessagePriority,
  type MessageType,
  PRIORITY_HEAD_START_MS,
} from "@/server/contracts";
import {
  AppError,
  insertAudited,
  insertRows,
  publish,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { readOwnAddress } from "@/server/registry";
import { correlationOf } from "./correlation";
import { digestOf } from "./digest";
import { messageRecordId } from "./envelope";
import { courierWorkOf, wakeCouriers } from "./wake-couriers";

/** What one of our messages says, and to whom. What ties messages together goes into its content. */
export interface OutgoingMessage {
  recipient: AgentAddress;
  message_type: MessageType;
  content: Record<string, unknown>;
  /** false unless given. */
  requires_response?: boolean;
  /** `normal` unless given. */
  priority?: MessagePriority;
  ttl_seconds: number;
  /** The `message_id` (not the record id) that it answers. */
  in_reply_to?: string;
  conversation_id?: string;
  sequence?: number;
}

/** A message that was asked for: the key of its row, and its id in the protocol. */
export interface SentMessage {
  record_id: string;
  message_id: string;
}

interface SendStep<Input> {
  ctx: Pick<ServiceContext, "actor" | "requestId" | "clock" | "settings">;
  tx: Transaction;
  input: Input;
}

/**
 * Asks for a message in the transaction that makes it necessary: both are kept, or neither. The courier
 * signs and delivers it. Throws `invalid_input` when the content does not fit its type, `too_large`,
 * and `unavailable` while our own domain is not known.
 */
export async function sendMessage({
  input,
  ...step
}: SendStep<OutgoingMessage>): Promise<SentMessage> {
  const [sent] = await sendMessages({ ...step, input: [input] });
  if (sent === undefined) throw new AppError("internal", "The message was not stored.");
  return sent;
}

/** One message of the same words to each of several agents: all of a domain, or all with a capability. */
export function sendToMany({
  input: { recipients, ...message },
  ...step
}: SendStep<Omit<OutgoingMessage, "recipient"> & { recipients: readonly AgentAddress[] }>): Promise<
  SentMessage[]
> {
  const input = recipients.map((recipient) => ({ ...message, recipient }));
  return sendMessages({ ...step, input });
}

/** Like sendMessage, for several at once: their rows and audit rows are written together. */
export async function sendMessages({
  ctx,
  tx,
  input,
}: SendStep<readonly OutgoingMessage[]>): Promise<SentMessage[]> {
  if (input.length === 0) return [];
  const sender = await readOwnAddress({ ctx, db: tx });
  const now = ctx.clock.now();
  const rows = input.map((message) => {
    const row = rowOf(envelopeOf(message, { sender, now }), now);
    assertSize(row.envelope, ctx.settings.REQUEST_BYTES_MAX);
    return row;
  });
  await insertAudited(tx, {
    insert: insertRows(agentMessages, rows),
    key: agentMessages.messageId,
    audits: rows.map((row) => ({ by: ctx, entry: auditOf(row) })),
  });
  await publish(tx, {
    topic: "message",
    id: rows.length === 1 ? (rows[0]?.messageId ?? "*") : "*",
  });
  const priorities = rows.map(({ priority }) => priority);
  await wakeCouriers(tx, courierWorkOf("outbound", priorities));
  return rows.map(({ messageId, id }) => ({ record_id: messageId, message_id: id }));
}

function envelopeOf(
  message: OutgoingMessage,
  { sender, now }: { sender: AgentAddress; now: Date },
): MessageEnvelope {
  const { message_type, conversation_id, in_reply_to, sequence } = message;
  const ties = { conversation_id, in_reply_to, sequence };
  const known = Object.entries(ties).filter(([, value]) => value !== undefined);
  const content = { ...message.content, ...Object.fromEntries(known) };
  const parsed = MESSAGE_CONTENTS[message_type].safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join(".") ?? "";
    const text = `The content of a ${message_type} is not valid at ${where}: ${issue?.message}`;
    throw new AppError("invalid_input", text, { details: { message_type, path: where } });
  }
  return {
    message_id: randomUUID(),
    timestamp: now.toISOString(),
    sender,
    recipient: message.recipient,
    message_type,
    content,
    requires_response: message.requires_response ?? false,
    priority: message.priority ?? "normal",
    ttl_seconds: message.ttl_seconds,
  };
}

function rowOf(envelope: MessageEnvelope, now: Date) {
  const { sender, recipient, priority, message_id } = envelope;
  const recordId = messageRecordId(sender.agent_id, message_id);
  return {
    id: message_id,
    messageId: recordId,
    senderId: sender.agent_id,
    recipientId: recipient.agent_id,
    messageType: envelope.message_type,
    content: envelope.content,
    sentTimestamp: now,
    deliveryStatus: "queued" as const,
    direction: "outbound" as const,
    envelope: JSON.stringify(envelope),
    signatureState: "own" as const,
    digest: digestOf(envelope),
    ...correlationOf(envelope, recordId),
    priority,
    dueAt: new Date(now.getTime() - PRIORITY_HEAD_START_MS[priority]),
    expiresAt: new Date(now.getTime() + envelope.ttl_seconds * 1000),
    createdAt: now,
  };
}

function auditOf({
  messageId,
  messageType,
  recipientId,
  conversationId,
}: ReturnType<typeof rowOf>) {
  return {
    ...{ action: "message.queue", subjectType: "message", subjectId: messageId },
    after: {
      ...{ state: "queued", message_type: messageType, recipient_id: recipientId },
      ...(conversationId === null ? {} : { conversation_id: conversationId }),
    },
  };
}

/** What no recipient would take is not sent. */
function assertSize(text: string, bytesMax: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= bytesMax) return;
  throw new AppError(
    "too_large",
    `A message has at most ${bytesMax} bytes; this one has ${bytes}.`,
  );
}
