import { and, asc, eq, notInArray, or, type SQL, sql } from "drizzle-orm";
import { agentMessages, peers } from "@/drizzle/schema";
import { PRIORITY_HEAD_START_MS } from "@/server/contracts";
import type { ServiceContext, Transaction } from "@/server/platform";
import { FAILURES_MAX, type Peer, planDelivery } from "../delivery-policy";
import { type MessageMove, postponeMessages, transitionMessages } from "../transition-messages";
import { loadPeers, noteFailures, openCircuits, takeProbe } from "./peers";

/** Messages of one recipient on the broker without a receipt; more wait in their rows, in their order. */
const WINDOW = 1000;
/** Urgent ones, and those that have become so, pass a full window up to this. */
const WINDOW_URGENT = 2000;

/** Which messages a loop of the courier takes. */
export interface Lane {
  via: "broker" | "http";
  /** Only urgent ones, and those that have waited until they are. */
  isUrgent: boolean;
  limit: number;
  /** Recipients that are being posted to. */
  busy: readonly string[];
}

/** A message whose turn has come, marked as sent, to be signed and delivered. */
export interface Delivery {
  id: string;
  recipientId: string;
  text: string;
  attempts: number;
  dueForMs: number;
  lifeMs: number;
  peer: Peer;
}

interface Claim {
  /** Messages that were looked at; fewer than the limit: no more are due. */
  count: number;
  deliveries: Delivery[];
  /** Receipts until one of the recipients that were passed over may be handed more; 0: none was. */
  receiptsMissing: number;
}

const milliseconds = (interval: SQL) =>
  sql<number>`(1000 * extract(epoch from ${interval}))::float8`;

/** Rows of ours that are neither received nor given up, in the words of their index. */
const isOpen = sql`${agentMessages.direction} = 'outbound'
  and ${agentMessages.deliveryStatus} in ('queued', 'sent')`;
/** Urgent messages, and those that have waited until they are as urgent. */
export const isUrgent = sql`${agentMessages.dueAt} <=
  now() - make_interval(secs => ${PRIORITY_HEAD_START_MS.urgent / 1000})`;

function isOnBroker(brokerId: string | null): SQL {
  const theirs = sql`select ${peers.agentId} from ${peers} where ${peers.card}->>'broker_id' = ${brokerId}`;
  return sql`${agentMessages.recipientId} in (${theirs})`;
}

/** Recipients that have as many messages of ours on the broker as they may. */
async function fullRecipients(tx: Transaction, max: number) {
  const rows = await tx
    .select({ id: agentMessages.recipientId, count: sql<number>`count(*)::int` })
    .from(agentMessages)
    .where(
      sql`${agentMessages.direction} = 'outbound' and ${agentMessages.deliveryStatus} = 'sent'
        and ${agentMessages.nextAt} > now()`,
    )
    .groupBy(agentMessages.recipientId);
  const full = rows.filter(({ count }) => count >= max);
  const missing = full.map(({ count }) => count - max + 1);
  return { full: full.map(({ id }) => id), receiptsMissing: Math.min(...missing, WINDOW_URGENT) };
}

/** What waits for a circuit to close stays due, to be taken as soon as it has; what expires meanwhile is given up. */
const isCircuitClosed = sql`(${agentMessages.recipientId} not in (${openCircuits})
  or ${agentMessages.expiresAt} <= now())`;

/** Which messages a lane may take, and how many receipts it lacks to take others too. */
async function laneFilter(tx: Transaction, lane: Lane, brokerId: string | null) {
  const { recipientId, deliveryStatus } = agentMessages;
  const isTheirs = isOnBroker(brokerId);
  if (lane.via === "http") {
    const isIdle = lane.busy.length > 0 ? [notInArray(recipientId, [...lane.busy])] : [];
    return { filter: [sql`not ${isTheirs}`, ...isIdle], receiptsMissing: 0 };
  }
  const { full, receiptsMissing } = await fullRecipients(
    tx,
    lane.isUrgent ? WINDOW_URGENT : WINDOW,
  );
  const ofLane = lane.isUrgent ? [isTheirs, isUrgent] : [isTheirs];
  if (full.length === 0) return { filter: ofLane, receiptsMissing: 0 };
  // What was handed over before and got no receipt in time takes no new place.
  const hasPlace = or(eq(deliveryStatus, "sent"), notInArray(recipientId, full));
  return { filter: [...ofLane, hasPlace ?? sql`true`], receiptsMissing };
}

async function takeDue(tx: Transaction, filter: SQL[], limit: number) {
  const { messageId, recipientId, envelope, attempts, deliveryStatus, dueAt, expiresAt, nextAt } =
    agentMessages;
  return tx
    .select({
      ...{ id: messageId, recipientId, text: envelope, attempts, deliveryStatus },
      dueForMs: milliseconds(sql`now() - ${dueAt}`),
      lifeMs: milliseconds(sql`${expiresAt} - now()`),
    })
    .from(agentMessages)
    .where(and(isOpen, sql`${nextAt} <= now()`, isCircuitClosed, ...filter))
    .orderBy(asc(dueAt))
    .limit(limit)
    .for("update", { skipLocked: true });
}
type DueRow = Awaited<ReturnType<typeof takeDue>>[number];

/** Of recipients whose circuit is half open, those that this courier may try, each with one message. */
async function takeProbes(tx: Transaction, known: Map<string, Peer>): Promise<Set<string>> {
  const probes = new Set<string>();
  for (const { agentId, failures, openMs } of known.values()) {
    const isHalfOpen = failures >= FAILURES_MAX && openMs !== null && openMs <= 0;
    if (isHalfOpen && (await takeProbe(tx, agentId))) probes.add(agentId);
  }
  return probes;
}

/**
 * Counts, once in as long as a receipt may take, that nothing has come from a recipient on the broker for that
 * long, although messages wait for their receipts. An open circuit has its one try, which counts itself.
 */
async function noteSilence(
  tx: Transaction,
  given: { rows: readonly DueRow[]; known: ReadonlyMap<string, Peer> },
  { receiptMs, countedAt }: { receiptMs: number; countedAt: Map<string, number> },
) {
  const overdue = given.rows.filter(({ deliveryStatus }) => deliveryStatus === "sent");
  const waitsFor = new Set(overdue.map(({ recipientId }) => recipientId));
  const nowMs = performance.now();
  for (const { agentId, openMs } of given.known.values()) {
    if (!waitsFor.has(agentId) || openMs !== null) continue;
    if (nowMs - (countedAt.get(agentId) ?? Number.NEGATIVE_INFINITY) < receiptMs) continue;
    countedAt.set(agentId, nowMs);
    const error = "No receipt of a delivered message has come.";
    await noteFailures(tx, { agentId, count: 1, error, silentSeconds: receiptMs / 1000 });
  }
}

/**
 * Takes messages of ours whose turn has come, in the order in which they are due, and marks those that can
 * be delivered as sent until their receipt is overdue; buries what has expired, postpones what has to wait.
 * Rows that another courier is at are passed over.
 */
export async function claimOutbound({
  ctx,
  input: { lane, brokerId, receiptMs, silenceCountedAt },
}: {
  ctx: ServiceContext;
  input: {
    lane: Lane;
    brokerId: string | null;
    receiptMs: number;
    /** When silence was counted last, by recipient; kept by the caller. */
    silenceCountedAt: Map<string, number>;
  };
}): Promise<Claim> {
  return ctx.db.transaction(async (tx) => {
    const { filter, receiptsMissing } = await laneFilter(tx, lane, brokerId);
    const rows = await takeDue(tx, filter, lane.limit);
    if (rows.length === 0) return { count: 0, deliveries: [], receiptsMissing };
    const agentIds = [...new Set(rows.map(({ recipientId }) => recipientId))];
    const known = await loadPeers(tx, { agentIds, brokerId });
    const probes = await takeProbes(tx, known);
    if (lane.via === "broker") {
      await noteSilence(tx, { rows, known }, { receiptMs, countedAt: silenceCountedAt });
    }
    const deliveries = await settlePlans(tx, ctx, { rows, known, probes, receiptMs });
    return { count: rows.length, deliveries, receiptsMissing };
  });
}

async function settlePlans(
  tx: Transaction,
  ctx: ServiceContext,
  given: { rows: DueRow[]; known: Map<string, Peer>; probes: Set<string>; receiptMs: number },
): Promise<Delivery[]> {
  const { rows, known, probes, receiptMs } = given;
  const sent: MessageMove[] = [];
  const again: MessageMove[] = [];
  const waiting: MessageMove[] = [];
  const dead: MessageMove[] = [];
  const deliveries: Delivery[] = [];
  for (const { deliveryStatus, ...row } of rows) {
    const { id, recipientId } = row;
    const peer = known.get(recipientId);
    const isSent = deliveryStatus === "sent";
    const mayProbe = () => probes.delete(recipientId);
    const plan = planDelivery({ ...row, isSent }, { peer, receiptMs, mayProbe });
    if (plan.kind === "bury") dead.push({ id, deadReason: plan.deadReason });
    else if (plan.kind === "wait") {
      const { delayMs, error } = plan;
      waiting.push({ id, delayMs, ...(error === undefined ? {} : { error }) });
    } else if (peer !== undefined) {
      (isSent ? again : sent).push({ id, delayMs: plan.overdueMs, via: plan.via });
      deliveries.push({ ...row, peer });
    }
  }
  await transitionMessages({ tx, ctx, input: { transition: "send", moves: sent } });
  await transitionMessages({ tx, ctx, input: { transition: "bury", moves: dead } });
  await postponeMessages({ tx, input: { moves: again, isAttempt: true } });
  await postponeMessages({ tx, input: { moves: waiting, isAttempt: false } });
  return deliveries;
}
