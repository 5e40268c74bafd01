import { sql } from "drizzle-orm";
import { agentMessages } from "@/drizzle/schema";
import { PRIORITY_HEAD_START_MS } from "@/server/contracts";
import {
  AppError,
  type Database,
  insertAudited,
  insertRows,
  publish,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { correlationOf } from "./correlation";
import { digestOf } from "./digest";
import { messageRecordId } from "./envelope";
import { isForModel, type Triage, triageMessage } from "./first-opinion";
import { modelTurns, planLook } from "./model-look";
import type { OpenedMessage } from "./open-messages";
import { refusal } from "./refusal";
import { courierWorkOf, wakeCouriers } from "./wake-couriers";

/** What is told of a stored message. */
const { messageId, direction, digest, deliveryStatus, createdAt, screening, firstOpinion } =
  agentMessages;
const TOLD = { messageId, direction, digest, deliveryStatus, createdAt, screening, firstOpinion };
type StoredRow = Pick<typeof agentMessages.$inferSelect, keyof typeof TOLD>;

/** A message that may come in, with what it is stored under. */
interface Arrival {
  message: OpenedMessage;
  recordId: string;
  digest: string;
}

/** One that was looked at, with the row that it becomes. */
type Looked = Arrival & { seen: Triage; row: ReturnType<typeof rowOf> & ModelLook };

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

/** When the model is asked about a message, and when it is handled at the latest, whether or not it was. */
type ModelLook = ReturnType<typeof planLook>;

function lookOf(
  ctx: ServiceContext,
  { arrival: { message }, seen }: { arrival: Arrival; seen: Triage },
): ModelLook {
  const { timestamp, ttl_seconds, priority } = message.envelope;
  const now = ctx.clock.now();
  const expiresAt = new Date(Date.parse(timestamp) + ttl_seconds * 1000);
  return planLook({
    ...{ now, expiresAt, deadlineMs: ctx.settings.INFERENCE_DEADLINE_MS },
    // What is urgent waits for nobody.
    isWanted: priority !== "urgent" && isForModel(ctx, seen) && modelTurns.take(now.getTime()),
  });
}

function auditOf({ message: { envelope, sender, keyId, via }, recordId, seen }: Looked) {
  return {
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
  };
}

async function loadRows(db: Database | Transaction, ids: string[]): Promise<StoredRow[]> {
  if (ids.length === 0) return [];
  const listed = `{${ids.join(",")}}`;
  return db
    .select(TOLD)
    .from(agentMessages)
    .where(sql`${messageId} = any(${listed}::text::uuid[])`);
}

const byId = (rows: readonly StoredRow[]) => new Map(rows.map((row) => [row.messageId, row]));

/** Stores those whose id is free, with audit rows; answers which. */
async function insertArrivals(ctx: ServiceContext, looked: Looked[]): Promise<Looked[]> {
  if (looked.length === 0) return [];
  // In one order, so that two batches with the same messages do not wait for each other.
  const sorted = looked.toSorted((a, b) => (a.recordId < b.recordId ? -1 : 1));
  const rows = insertRows(
    agentMessages,
    sorted.map(({ row }) => row),
  );
  const ids = await insertAudited(ctx.db, {
    insert: sql`${rows} on conflict do nothing`,
    key: messageId,
    audits: sorted.map((arrival) => ({
      by: { actor: arrival.message.sender, requestId: ctx.requestId },
      entry: auditOf(arrival),
    })),
  });
  return sorted.filter(({ recordId }) => ids.has(recordId));
}

/**
 * Wakes couriers, and live pages, for messages that were posted; of the others the courier that took them knows, and
 * it tells pages of many at once. After the commit: PostgreSQL commits transactions that notify one after another,
 * each with its write to the disk. What is not heard is found by looking.
 */
async function tellOf({ db, log }: ServiceContext, fresh: readonly Looked[]): Promise<void> {
  const posted = fresh.filter(({ message }) => message.via === "http");
  const priorities = posted.map(({ message }) => message.envelope.priority);
  const forModel = fresh.some(({ row }) => row.modelDueAt !== null) ? (["model"] as const) : [];
  const work = [...courierWorkOf("inbound", priorities), ...forModel];
  if (work.length === 0) return;
  try {
    for (const { recordId } of posted) await publish(db, { topic: "message", id: recordId });
    await wakeCouriers(db, work);
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
 * where the id was used for another content. The rules look at each new one first (triage), which takes a
 * moment; the insert then decides which is the first of several. The model is asked later, if at all.
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
        const seen = await triageMessage({ ctx, input: arrival.message.envelope, reader: "rules" });
        const row = { ...rowOf(arrival, seen, receivedAt), ...lookOf(ctx, { arrival, seen }) };
        return { ...arrival, seen, row };
      }),
  );
  const stored = await insertArrivals(ctx, looked);
  await tellOf(ctx, stored);
  const fresh = byId(stored.map(({ row }) => row));
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
