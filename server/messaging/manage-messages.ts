import { and, eq, inArray, lt, type SQL } from "drizzle-orm";
import { agentMessages } from "@/drizzle/schema";
import { type DeliveryStatus, MessageEnvelope } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import {
  AppError,
  type Database,
  keptSince,
  publish,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { digestOf } from "./digest";
import type { MessageRow } from "./handlers";
import { transitionMessages } from "./transition-messages";
import { wakeCouriers } from "./wake-couriers";

/** What became of a dead message that an administrator decided on. */
export interface DecidedMessage {
  record_id: string;
  delivery_status: DeliveryStatus;
}

interface Decide {
  ctx: ServiceContext;
  input: { record_id: string };
}

/** Locks a message's row. Throws `not_found`, and `conflict` (details: the present state) unless it is in `expected`. */
export async function holdMessage(
  tx: Transaction,
  id: string,
  expected: DeliveryStatus,
): Promise<MessageRow> {
  const [row] = await tx
    .select()
    .from(agentMessages)
    .where(eq(agentMessages.messageId, id))
    .for("update");
  if (row === undefined) throw new AppError("not_found", `There is no message ${id}.`);
  if (row.deliveryStatus === expected) return row;
  const state = row.deliveryStatus;
  throw new AppError("conflict", `Message ${id} is ${state}; it must be ${expected}.`, {
    details: { state, expected: [expected] },
  });
}

/**
 * A message of ours that has expired is asked for anew: the same id and words, from now on for as long as it
 * was to live. A recipient that has stored it before refuses it then (`id_reused`), and does not handle it twice.
 */
async function renewLife(tx: Transaction, row: MessageRow, now: Date): Promise<void> {
  if (row.direction !== "outbound" || row.expiresAt > now) return;
  const envelope = MessageEnvelope.parse(JSON.parse(row.envelope));
  const renewed = { ...envelope, timestamp: now.toISOString() };
  await tx
    .update(agentMessages)
    .set({
      envelope: JSON.stringify(renewed),
      digest: digestOf(renewed),
      sentTimestamp: now,
      expiresAt: new Date(now.getTime() + envelope.ttl_seconds * 1000),
    })
    .where(eq(agentMessages.messageId, row.messageId));
}

/**
 * Has a dead message delivered (ours) or handled (another's) once more, with all its attempts; one that has
 * expired gets as much time as it had. Throws `forbidden`, `not_found`, and `conflict` unless it is dead.
 */
export async function replayMessage({ ctx, input }: Decide): Promise<DecidedMessage> {
  assertCan(ctx.actor, "message.manage");
  return ctx.db.transaction(async (tx) => {
    const row = await holdMessage(tx, input.record_id, "dead");
    await renewLife(tx, row, ctx.clock.now());
    const isOurs = row.direction === "outbound";
    const transition = isOurs ? ("replaySending" as const) : ("replayHandling" as const);
    await transitionMessages({ tx, ctx, input: { transition, moves: [{ id: row.messageId }] } });
    await publish(tx, { topic: "message", id: row.messageId });
    // Without the head start of its priority: it is due from now on.
    await wakeCouriers(tx, [isOurs ? "outbound" : "inbound"]);
    return { record_id: row.messageId, delivery_status: isOurs ? "queued" : "received" };
  });
}

/** Gives up a dead message for good. Throws `forbidden`, `not_found`, and `conflict` unless it is dead. */
export async function discardMessage({ ctx, input }: Decide): Promise<DecidedMessage> {
  assertCan(ctx.actor, "message.manage");
  return ctx.db.transaction(async (tx) => {
    const { messageId: id } = await holdMessage(tx, input.record_id, "dead");
    await transitionMessages({ tx, ctx, input: { transition: "discard", moves: [{ id }] } });
    await publish(tx, { topic: "message", id });
    return { record_id: id, delivery_status: "discarded" };
  });
}

/** Dead ones are kept until somebody decides. */
const PRUNED_STATES = ["delivered", "handled", "discarded"] as const;
/** Of one statement, so that none holds many rows for long. */
const PRUNE_MAX = 5000;
/** Of one sweep: what it leaves is deleted by the next. */
const PRUNE_MS_MAX = 60_000;

/** Deletes messages that were delivered, handled or discarded longer ago than they are kept; answers how many. */
export async function pruneMessages({ ctx }: { ctx: Pick<ServiceContext, "db"> }): Promise<number> {
  const endsMs = performance.now() + PRUNE_MS_MAX;
  const since = await keptSince(ctx.db, "messages");
  let total = 0;
  for (let pruned = PRUNE_MAX; pruned === PRUNE_MAX && performance.now() < endsMs; ) {
    pruned = await pruneSome(ctx.db, since);
    total += pruned;
  }
  return total;
}

async function pruneSome(db: Database, since: SQL): Promise<number> {
  const { messageId, deliveryStatus, finishedAt } = agentMessages;
  const old = db
    .select({ id: messageId })
    .from(agentMessages)
    .where(and(inArray(deliveryStatus, [...PRUNED_STATES]), lt(finishedAt, since)))
    .limit(PRUNE_MAX);
  const { count } = await db.delete(agentMessages).where(inArray(messageId, old));
  return count;
}
