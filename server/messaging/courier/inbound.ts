import { and, asc, eq, inArray, notInArray, type SQL, sql } from "drizzle-orm";
import { agentMessages } from "@/drizzle/schema";
import { type ServiceContext, type Transaction, toAppError } from "@/server/platform";
import { handlingDelayMs } from "../delivery-policy";
import type { MessageHandlers, MessageRow } from "../handlers";
import { type MessageMove, postponeMessages, transitionMessages } from "../transition-messages";
import { isUrgent } from "./claim-outbound";
import { type Handled, handleMessage } from "./handle-message";

/** Messages of one transaction: enough to share its cost, few enough that an urgent one gets its turn soon. */
const BATCH = 50;
/**
 * An earlier message of the conversation is being handled, or has not come: looked at again after this long, and
 * longer with each time, as very many that wait would take the turns of all others. Whatever ends one wakes them.
 */
const NOT_YET_MS = 100;
const NOT_YET_MS_MAX = 30_000;

export interface InboundOptions {
  ctx: ServiceContext;
  /** Told when messages have moved. */
  onMoved(): void;
  handlers: MessageHandlers;
}

type DueRow = MessageRow & { lifeMs: number };

const isReceived = sql`${agentMessages.direction} = 'inbound'
  and ${agentMessages.deliveryStatus} = 'received'`;

async function takeReceived(tx: Transaction, filter: SQL, limit: number): Promise<DueRow[]> {
  const rows = await tx
    .select({
      row: agentMessages,
      lifeMs: sql<number>`(1000 * extract(epoch from ${agentMessages.expiresAt} - now()))::float8`,
    })
    .from(agentMessages)
    .where(and(isReceived, sql`${agentMessages.nextAt} <= now()`, filter))
    .orderBy(asc(agentMessages.dueAt))
    .limit(limit)
    .for("update", { skipLocked: true });
  return rows.map(({ row, lifeMs }) => ({ ...row, lifeMs }));
}

const threadOf = ({ conversationId, senderId }: Pick<MessageRow, "conversationId" | "senderId">) =>
  `${conversationId} ${senderId}`;
const isOrdered = ({ conversationId, sequence }: MessageRow) =>
  conversationId !== null && sequence !== null;

/** The same places, but those of one sender in one conversation are filled in their sequence. */
function inSequence<Row extends MessageRow>(rows: readonly Row[]): Row[] {
  const threads = new Map<string, Row[]>();
  for (const row of rows.filter(isOrdered)) {
    threads.set(threadOf(row), [...(threads.get(threadOf(row)) ?? []), row]);
  }
  for (const thread of threads.values()) {
    thread.sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
  }
  return rows.map((row) => (isOrdered(row) ? (threads.get(threadOf(row))?.shift() ?? row) : row));
}

/** Sequences that others are at, or that are not due: what comes after them has to wait. */
async function openBefore(tx: Transaction, rows: readonly MessageRow[]) {
  const later = rows.filter((row) => isOrdered(row) && (row.sequence ?? 0) > 1);
  if (later.length === 0) return new Map<string, number>();
  const { conversationId, senderId, sequence, messageId } = agentMessages;
  const ids = later.flatMap((row) => (row.conversationId === null ? [] : [row.conversationId]));
  const open = await tx
    .select({ conversationId, senderId, first: sql<number>`min(${sequence})::int` })
    .from(agentMessages)
    .where(
      and(
        isReceived,
        inArray(conversationId, [...new Set(ids)]),
        notInArray(
          messageId,
          rows.map((row) => row.messageId),
        ),
      ),
    )
    .groupBy(conversationId, senderId);
  return new Map(open.map((each) => [threadOf(each), each.first]));
}

/**
 * Makes what waits for these due at once: later messages of their senders in their conversations. Passes over rows
 * that somebody is at; their own delay ends soon.
 */
async function wakeFollowing(tx: Transaction, rows: readonly MessageRow[]): Promise<void> {
  const threads = rows.filter(isOrdered).map(({ conversationId, senderId }) => {
    return sql`(${conversationId}::uuid, ${senderId}::text)`;
  });
  if (threads.length === 0) return;
  const { conversationId, senderId, messageId, nextAt } = agentMessages;
  const following = sql`select ${messageId} from ${agentMessages}
    where ${isReceived} and ${nextAt} > now()
      and (${conversationId}, ${senderId}) in (${sql.join(threads, sql`, `)})
    for update skip locked`;
  await tx.execute(
    sql`update ${agentMessages} set next_at = now() where message_id in (${following})`,
  );
}

/** Names the message whose handler threw, so that the others of its batch need not fail with it. */
class HandlerFailed extends Error {
  constructor(
    readonly row: DueRow,
    override readonly cause: unknown,
  ) {
    super("A handler failed.");
  }
}

async function handleAll(
  { ctx, handlers }: InboundOptions,
  tx: Transaction,
  rows: readonly DueRow[],
): Promise<void> {
  const before = await openBefore(tx, rows);
  const handled: MessageMove[] = [];
  const dead: MessageMove[] = [];
  const waiting: MessageMove[] = [];
  const held: MessageMove[] = [];
  const ended: DueRow[] = [];
  for (const row of inSequence(rows)) {
    const { messageId: id } = row;
    const first = before.get(threadOf(row));
    const isBehind = isOrdered(row) && first !== undefined && first < (row.sequence ?? 0);
    const result = isBehind
      ? ({ kind: "not_yet" } as const)
      : await handleMessage({ ctx, tx, handlers }, row).catch((error: unknown): Handled => {
          throw new HandlerFailed(row, error);
        });
    if (result.kind === "handled" || result.kind === "dead") ended.push(row);
    if (result.kind === "handled") handled.push({ id });
    else if (result.kind === "quarantined") held.push({ id });
    else if (result.kind === "not_yet") waiting.push({ id, delayMs: notYetMs(row) });
    else {
      const { deadReason, error } = result;
      dead.push({ id, deadReason, ...(error === undefined ? {} : { error }) });
    }
  }
  await transitionMessages({ tx, ctx, input: { transition: "handle", moves: handled } });
  await transitionMessages({ tx, ctx, input: { transition: "quarantine", moves: held } });
  await transitionMessages({ tx, ctx, input: { transition: "bury", moves: dead } });
  await wakeFollowing(tx, ended);
  await postponeMessages({ tx, input: { moves: waiting, isAttempt: true } });
}

const notYetMs = ({ attempts, lifeMs }: DueRow): number =>
  Math.max(0, Math.min(lifeMs, NOT_YET_MS_MAX, NOT_YET_MS * 2 ** Math.min(attempts, 10)));

/**
 * A turn of a loop that handles stored messages, in the order in which they are due and, of one sender in one
 * conversation, in that of their sequence: all in one transaction, with what they bring about. When a
 * handler fails, each is handled in a transaction of its own. Answers after how many milliseconds more may be due.
 */
export async function handleDue(
  options: InboundOptions,
  lane: { isUrgent: boolean },
): Promise<number | null> {
  const filter = lane.isUrgent ? isUrgent : sql`true`;
  let taken: string[] = [];
  try {
    await options.ctx.db.transaction(async (tx) => {
      const rows = await takeReceived(tx, filter, BATCH);
      taken = inSequence(rows).map(({ messageId }) => messageId);
      if (rows.length > 0) await handleAll(options, tx, rows);
    });
  } catch (error) {
    if (!(error instanceof HandlerFailed)) throw error;
    for (const id of taken) await handleAlone(options, id);
  }
  if (taken.length === 0) return null;
  options.onMoved();
  return taken.length === BATCH ? 0 : NOT_YET_MS;
}

async function handleAlone(options: InboundOptions, id: string): Promise<void> {
  try {
    await options.ctx.db.transaction(async (tx) => {
      const rows = await takeReceived(tx, eq(agentMessages.messageId, id), 1);
      if (rows.length > 0) await handleAll(options, tx, rows);
    });
  } catch (error) {
    if (!(error instanceof HandlerFailed)) throw error;
    await settleFailure(options.ctx, error);
  }
}

/** Has it handled again, where that may help and its time lasts; gives it up otherwise, with the reason. */
async function settleFailure(ctx: ServiceContext, { row, cause }: HandlerFailed): Promise<void> {
  const { code, message } = toAppError(cause);
  const { messageId: id, lifeMs } = row;
  const delayMs = handlingDelayMs({ attempts: row.attempts + 1, code });
  const why = code === "internal" && cause instanceof Error ? ` (${cause.message})` : "";
  const error = `${code}: ${message}${why}`;
  ctx.log.warn({ err: cause, message: id, delayMs }, "a message could not be handled");
  await ctx.db.transaction(async (tx) => {
    if (delayMs === null) {
      const moves = [{ id, deadReason: "failed" as const, error }];
      await transitionMessages({ tx, ctx, input: { transition: "bury", moves } });
    } else {
      const moves = [{ id, delayMs: Math.min(delayMs, lifeMs), error }];
      await postponeMessages({ tx, input: { moves, isAttempt: true } });
    }
  });
}

const EXPIRED_MAX = 200;

/** A turn of a loop that gives up what nobody decided on in its time. Answers like handleDue. */
export async function buryExpired({ ctx, onMoved }: InboundOptions): Promise<number | null> {
  const count = await ctx.db.transaction(async (tx) => {
    const rows = await tx
      .select({ id: agentMessages.messageId })
      .from(agentMessages)
      .where(
        sql`${agentMessages.deliveryStatus} = 'quarantined' and ${agentMessages.expiresAt} <= now()`,
      )
      .orderBy(agentMessages.messageId)
      .limit(EXPIRED_MAX)
      .for("update", { skipLocked: true });
    const error = "Nobody released or refused it in time.";
    const moves = rows.map(({ id }) => ({ id, deadReason: "expired" as const, error }));
    await transitionMessages({ tx, ctx, input: { transition: "bury", moves } });
    return rows.length;
  });
  if (count === 0) return null;
  onMoved();
  return count === EXPIRED_MAX ? 0 : null;
}
