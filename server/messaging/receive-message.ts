import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { agentMessages } from "@/drizzle/schema";
import {
  type MessageEnvelope,
  type MessageReceipt,
  PRIORITY_HEAD_START_MS,
  type Screening,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import {
  AppError,
  type Database,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { assertAcceptable, messageRecordId } from "./envelope";
import { type Triage, triageMessage } from "./first-opinion";

const NOTE =
  "Stored. This version receives messages and says what it thinks of a proposal at first sight; routing, negotiation and responses are not part of it.";

const SUSPECT_NOTE =
  "Marked as a possible prompt injection (see screening.places): kept as it came, for people to read.";

/** Key order must not matter when a repeat is compared with what was stored. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
}

function digestOf(message: MessageEnvelope): string {
  return createHash("sha256")
    .update(JSON.stringify(canonical(message)))
    .digest("hex");
}

/** Of messages stored before there was a screening. */
const NOT_SCREENED: Screening = { is_suspect: false, score: 0, by: "rules", model: null };

type StoredRow = typeof agentMessages.$inferSelect;

async function findStored(db: Database | Transaction, recordId: string): Promise<StoredRow | null> {
  const [row] = await db.select().from(agentMessages).where(eq(agentMessages.messageId, recordId));
  return row ?? null;
}

interface Arrival extends Triage {
  envelope: MessageEnvelope;
  digest: string;
  receivedAt: Date;
}

/** Stores the message unless its id is taken; null: it was. */
async function store(
  tx: Transaction,
  recordId: string,
  { envelope, digest, receivedAt, screening, first_opinion }: Arrival,
): Promise<StoredRow | null> {
  const sentAt = new Date(envelope.timestamp);
  const [inserted] = await tx
    .insert(agentMessages)
    .values({
      messageId: recordId,
      senderId: envelope.sender.agent_id,
      recipientId: envelope.recipient.agent_id,
      messageType: envelope.message_type,
      content: envelope.content,
      sentTimestamp: sentAt,
      deliveryStatus: "received",
      direction: "inbound",
      envelope: JSON.stringify(envelope),
      signatureState: "token",
      digest,
      priority: envelope.priority,
      dueAt: new Date(receivedAt.getTime() - PRIORITY_HEAD_START_MS[envelope.priority]),
      expiresAt: new Date(sentAt.getTime() + envelope.ttl_seconds * 1000),
      via: "http",
      screening,
      firstOpinion: first_opinion,
      createdAt: receivedAt,
    })
    .onConflictDoNothing()
    .returning();
  return inserted ?? null;
}

/**
 * Takes in a message of another agent, once: a repeat of the same message is answered as a
 * duplicate, the same id with another content is `idempotency_mismatch`. Delivery status is
 * `received`: acting on messages comes with the courier.
 */
export async function receiveMessage({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: MessageEnvelope;
}): Promise<MessageReceipt> {
  assertCan(ctx.actor, "message.send");
  const now = ctx.clock.now();
  const { AGENT_ID: agentId, DATA_PRODUCT_ID: productId } = ctx.settings;
  assertAcceptable(ctx.actor, input, { agentId, productId, now });
  const recordId = messageRecordId(input.sender.agent_id, input.message_id);
  const digest = digestOf(input);
  // Most repeats are found here, before anything is thought of them again; the insert decides.
  const known = await findStored(ctx.db, recordId);
  if (known !== null) return answerRepeat(known, digest);
  const seen = await triageMessage({ ctx, input });
  return ctx.db.transaction(async (tx) => {
    const arrival = { ...seen, envelope: input, digest, receivedAt: now };
    const inserted = await store(tx, recordId, arrival);
    if (inserted === null) {
      const stored = await findStored(tx, recordId);
      if (stored === null) throw new AppError("conflict", "The message is just being removed.");
      return answerRepeat(stored, digest);
    }
    await recordAudit(tx, ctx, {
      action: "message.receive",
      subjectType: "message",
      subjectId: recordId,
      after: {
        message_id: input.message_id,
        message_type: input.message_type,
        sender_id: input.sender.agent_id,
        received_from: { kind: ctx.actor.kind, id: ctx.actor.id },
        is_suspect: seen.screening.is_suspect,
        ...(seen.screening.places ? { suspect_places: seen.screening.places } : {}),
      },
    });
    return receiptOf(inserted, false);
  });
}

/** The first answer again. Throws `idempotency_mismatch` when it was given to another content. */
function answerRepeat(stored: StoredRow, digest: string): MessageReceipt {
  if (stored.digest !== digest) {
    throw new AppError(
      "idempotency_mismatch",
      "Another message with this message_id was received before.",
    );
  }
  return receiptOf(stored, true);
}

function receiptOf(stored: StoredRow, isDuplicate: boolean): MessageReceipt {
  // Only what was stored as an envelope is read back as one.
  const { message_id } = JSON.parse(stored.envelope) as MessageEnvelope;
  return {
    message_id,
    record_id: stored.messageId,
    delivery_status: stored.deliveryStatus,
    is_duplicate: isDuplicate,
    received_at: stored.createdAt.toISOString(),
    first_opinion: stored.firstOpinion,
    screening: stored.screening ?? NOT_SCREENED,
    note: stored.screening?.is_suspect ? `${SUSPECT_NOTE} ${NOTE}` : NOTE,
  };
}
