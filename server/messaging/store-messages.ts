import { inArray } from "drizzle-orm";
import { agentMessages } from "@/drizzle/schema";
import { PRIORITY_HEAD_START_MS } from "@/server/contracts";
import {
  AppError,
  type Database,
  publish,
  recordAudits,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { correlationOf } from "./correlation";
import { digestOf } from "./digest";
import { messageRecordId } from "./envelope";
import { type Triage, triageMessage } from "./first-opinion";
import type { OpenedMessage } from "./open-messages";
import { refusal } from "./refusal";
import { wakeCouriers } from "./wake-couriers";

type StoredRow = typeof agentMessages.$inferSelect;

/** A message that may come in, with what it is stored under. */
interface Arrival {
  message: OpenedMessage;
  recordId: string;
  digest: string;
}

function rowOf({ message, recordId, digest }: Arrival, seen: Triage, receivedAt: Date) {
  const { envelope } = message;
  const sentAt = new Date(envelope.timestamp);
  return {
    messageId: recordId,
    senderId: envelope.sender.agent_id,
    recipientId: envelope.recipient.agent_id,
    messageType: envelope.message_type,
    content: envelope.content,
    sentTimestamp: sentAt,
    deliveryStatus: "received" as const,
    direction: "inbound" as const,
    envelope: message.text,
    signature: message.signature,
    signatureState: message.signatureState,
    keyId: message.keyId,
    digest,
    ...correlationOf(envelope, recordId),
    priority: envelope.priority,
    dueAt: new Date(receivedAt.getTime() - PRIORITY_HEAD_START_MS[envelope.priority]),
    expiresAt: new Date(sentAt.getTime() + envelope.ttl_seconds * 1000),
    via: message.via,
    screening: seen.screening,
    firstOpinion: seen.first_opinion,
    createdAt: receivedAt,
  };
}

type Looked = Arrival & { seen: Triage };

async function auditArrivals(tx: Transaction, ctx: ServiceContext, stored: Looked[]) {
  const entries = stored.map(({ message: { envelope, sender, keyId, via }, recordId, seen }) => ({
    by: { actor: sender, requestId: ctx.requestId },
    entry: {
      action: "message.receive",
      subjectType: "message",
      subjectId: recordId,
      after: {
        message_id: envelope.message_id,
        message_type: envelope.message_type,
        sender_id: envelope.sender.agent_id,
        received_from: { kind: sender.kind, id: sender.id, via, key_id: keyId },
        is_suspect: seen.screening.is_suspect,
        ...(seen.screening.places ? { suspect_places: seen.screening.places } : {}),
      },
    },
  }));
  await recordAudits(tx, entries);
}

async function loadRows(db: Database | Transaction, ids: string[]): Promise<StoredRow[]> {
  if (ids.length === 0) return [];
  return db.select().from(agentMessages).where(inArray(agentMessages.messageId, ids));
}

const byId = (rows: readonly StoredRow[]) => new Map(rows.map((row) => [row.messageId, row]));

/** Stores those whose id is free, with audit rows; answers the rows that are new. */
async function insertArrivals(ctx: ServiceContext, looked: Looked[], receivedAt: Date) {
  if (looked.length === 0) return new Map<string, StoredRow>();
  // In one order, so that two batches with the same messages do not wait for each other.
  const sorted = looked.toSorted((a, b) => (a.recordId < b.recordId ? -1 : 1));
  return ctx.db.transaction(async (tx) => {
    const inserted = await tx
      .insert(agentMessages)
      .values(sorted.map((arrival) => rowOf(arrival, arrival.seen, receivedAt)))
      .onConflictDoNothing()
      .returning();
    const fresh = byId(inserted);
    await auditArrivals(
      tx,
      ctx,
      sorted.filter(({ recordId }) => fresh.has(recordId)),
    );
    return fresh;
  });
}

/**
 * Wakes couriers and live pages, after the commit: PostgreSQL commits transactions that notify one after another,
 * each with its write to the disk. What is not heard is found by looking.
 */
async function tellOf({ db, log }: ServiceContext, ids: readonly string[]): Promise<void> {
  const [first] = ids;
  if (first === undefined) return;
  try {
    await publish(db, { topic: "message", id: ids.length === 1 ? first : "*" });
    await wakeCouriers(db, "inbound");
  } catch (error) {
    log.warn({ err: error }, "couriers were not woken; they look by themselves");
  }
}

/** What a message is stored as: `isDuplicate` when that very message was there before. */
export interface Stored {
  row: StoredRow;
  isDuplicate: boolean;
}

/**
 * Keeps messages that may come in, each once: the outcome of each, in their order; a refusal (`id_reused`)
 * where the id was used for another content. Looks at each new one first (triage), which takes a moment;
 * the insert then decides which is the first of several.
 */
export async function storeMessages({
  ctx,
  input: messages,
}: {
  ctx: ServiceContext;
  input: readonly OpenedMessage[];
}): Promise<(Stored | AppError)[]> {
  const receivedAt = ctx.clock.now();
  const arrivals = messages.map((message): Arrival => {
    const { envelope } = message;
    const recordId = messageRecordId(envelope.sender.agent_id, envelope.message_id);
    return { message, recordId, digest: digestOf(envelope) };
  });
  // Of several with one id in a batch, the first may be stored; the others are repeats of it.
  const firsts = new Map(arrivals.toReversed().map((arrival) => [arrival.recordId, arrival]));
  const known = byId(await loadRows(ctx.db, [...firsts.keys()]));
  const looked = await Promise.all(
    [...firsts.values()]
      .filter(({ recordId }) => !known.has(recordId))
      .map(async (arrival): Promise<Looked> => {
        const seen = await triageMessage({ ctx, input: arrival.message.envelope });
        return { ...arrival, seen };
      }),
  );
  const fresh = await insertArrivals(ctx, looked, receivedAt);
  await tellOf(ctx, [...fresh.keys()]);
  const lost = looked.map(({ recordId }) => recordId).filter((id) => !fresh.has(id));
  const rows = new Map([...known, ...fresh, ...byId(await loadRows(ctx.db, lost))]);
  return arrivals.map((arrival) => {
    const isDuplicate = !(fresh.has(arrival.recordId) && firsts.get(arrival.recordId) === arrival);
    return storedAs(rows.get(arrival.recordId), arrival.digest, isDuplicate);
  });
}

function storedAs(
  row: StoredRow | undefined,
  digest: string,
  isDuplicate: boolean,
): Stored | AppError {
  if (row === undefined) return new AppError("conflict", "The message is just being removed.");
  if (row.direction === "inbound" && row.digest === digest) return { row, isDuplicate };
  return refusal("id_reused", "Another message with this message_id was received before.");
}
