import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { agentMessages } from "@/drizzle/schema";
import type { MessageEnvelope, MessageReceipt, Screening } from "@/server/contracts";
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

interface StoredContent extends Partial<Triage> {
  /** The whole envelope with its own message id, as it came. */
  envelope: MessageEnvelope;
  digest: string;
  received_at: string;
  received_from: { kind: string; id: string };
}

async function findStored(
  db: Database | Transaction,
  recordId: string,
): Promise<StoredContent | null> {
  const [row] = await db
    .select({ content: agentMessages.content })
    .from(agentMessages)
    .where(eq(agentMessages.messageId, recordId));
  // Only this file writes the column, always in this shape.
  return row === undefined ? null : (row.content as StoredContent);
}

/** Stores the message unless its id is taken; answers whether this call stored it. */
async function store(tx: Transaction, recordId: string, content: StoredContent): Promise<boolean> {
  const { envelope } = content;
  const inserted = await tx
    .insert(agentMessages)
    .values({
      messageId: recordId,
      senderId: envelope.sender.agent_id,
      recipientId: envelope.recipient.agent_id,
      messageType: envelope.message_type,
      content,
      sentTimestamp: new Date(envelope.timestamp),
      deliveryStatus: "received",
    })
    .onConflictDoNothing()
    .returning({ id: agentMessages.messageId });
  return inserted.length > 0;
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
  if (known !== null) return answerRepeat(recordId, { stored: known, digest });
  const seen = await triageMessage({ ctx, input });
  const content: StoredContent = {
    ...seen,
    envelope: input,
    digest,
    received_at: now.toISOString(),
    received_from: { kind: ctx.actor.kind, id: ctx.actor.id },
  };
  return ctx.db.transaction(async (tx) => {
    if (!(await store(tx, recordId, content))) {
      const stored = await findStored(tx, recordId);
      if (stored === null) throw new AppError("conflict", "The message is just being removed.");
      return answerRepeat(recordId, { stored, digest });
    }
    await recordAudit(tx, ctx, {
      action: "message.receive",
      subjectType: "message",
      subjectId: recordId,
      after: {
        message_id: input.message_id,
        message_type: input.message_type,
        sender_id: input.sender.agent_id,
        is_suspect: seen.screening.is_suspect,
        ...(seen.screening.places ? { suspect_places: seen.screening.places } : {}),
      },
    });
    return receiptOf(recordId, content, false);
  });
}

/** The first answer again. Throws `idempotency_mismatch` when it was given to another content. */
function answerRepeat(
  recordId: string,
  { stored, digest }: { stored: StoredContent; digest: string },
): MessageReceipt {
  if (stored.digest !== digest) {
    throw new AppError(
      "idempotency_mismatch",
      "Another message with this message_id was received before.",
    );
  }
  return receiptOf(recordId, stored, true);
}

function receiptOf(recordId: string, stored: StoredContent, isDuplicate: boolean): MessageReceipt {
  return {
    message_id: stored.envelope.message_id,
    record_id: recordId,
    delivery_status: "received",
    is_duplicate: isDuplicate,
    received_at: stored.received_at,
    first_opinion: stored.first_opinion ?? null,
    screening: stored.screening ?? NOT_SCREENED,
    note: stored.screening?.is_suspect ? `${SUSPECT_NOTE} ${NOTE}` : NOTE,
  };
}
