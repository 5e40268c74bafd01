import { asc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { agentMessages, peers } from "@/drizzle/schema";
import type { Database, Transaction } from "@/server/platform";
import { FAILURES_MAX, type Peer } from "../delivery-policy";

/** Of an open circuit, growing with each try that fails. */
const OPEN_SECONDS = 10;
const OPEN_SECONDS_MAX = 60;
/** When a recipient was last heard is noted no more often than this. */
const CONTACT_SECONDS = 1;
/** So much later it may have been heard: a process notes it in its turn, and the row in its own. */
const CONTACT_SECONDS_LATE = 2 * CONTACT_SECONDS;

/** The recipients that are in the directory and have not left it, by id and in its order: that of their locks. */
export async function loadPeers(
  tx: Transaction,
  { agentIds, brokerId }: { agentIds: readonly string[]; brokerId: string | null },
): Promise<Map<string, Peer>> {
  if (agentIds.length === 0) return new Map();
  const { agentId, card, failures, openUntil } = peers;
  const rows = await tx
    .select({
      agentId,
      url: sql<string>`${card}->>'url'`,
      brokerId: sql<string | null>`${card}->>'broker_id'`,
      failures,
      openMs: sql<number | null>`(1000 * extract(epoch from ${openUntil} - now()))::float8`,
    })
    .from(peers)
    .where(sql`${inArray(agentId, [...agentIds])} and ${card}->>'status' <> 'gone'`)
    .orderBy(asc(agentId));
  return new Map(
    rows.map(({ brokerId: theirs, ...peer }) => [
      peer.agentId,
      { ...peer, isOnBroker: brokerId !== null && theirs === brokerId },
    ]),
  );
}

/** Whether any recipient shares no broker with us. */
export async function isAnyOffBroker(db: Database, brokerId: string | null): Promise<boolean> {
  const { card } = peers;
  const rows = await db
    .select({ one: sql`1` })
    .from(peers)
    .where(
      sql`${card}->>'broker_id' is distinct from ${brokerId}::text and ${card}->>'status' <> 'gone'`,
    )
    .limit(1);
  return rows.length > 0 || brokerId === null;
}

/** Until when a circuit is open after so many failures in a row. */
const openAfter = (failures: SQL): SQL => sql`now() + make_interval(secs =>
  least(${OPEN_SECONDS_MAX}::float8,
    ${OPEN_SECONDS}::float8 * 2 ^ least(${failures} - ${FAILURES_MAX}::int, 10)) * (0.5 + random() / 2))`;

/** Recipients whose circuit is open: nothing is tried. */
export const openCircuits = sql`select ${peers.agentId} from ${peers}
  where ${peers.failures} >= ${FAILURES_MAX} and ${peers.openUntil} > now()`;

/**
 * The one try of a half-open circuit: of several couriers one gets it. It counts as failed until the recipient is
 * heard, whatever becomes of who made it: the circuit is open again, for longer.
 */
export async function takeProbe(tx: Transaction, agentId: string): Promise<boolean> {
  const failures = sql`(${peers.failures} + 1)`;
  const taken = await tx
    .update(peers)
    .set({ failures, openUntil: openAfter(failures) })
    .where(
      sql`${peers.agentId} = ${agentId} and ${peers.failures} >= ${FAILURES_MAX} and ${peers.openUntil} <= now()`,
    )
    .returning({ agentId: peers.agentId });
  return taken.length === 1;
}

/** When contact with agents was noted last by this process: their rows are asked for it no more often than it is kept. */
export class ContactTimes {
  private readonly notedAtMs = new Map<string, number>();

  /** Whether contact is to be noted now; taken to be noted when it is. */
  isDue(agentId: string): boolean {
    const nowMs = performance.now();
    const lastMs = this.notedAtMs.get(agentId) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - lastMs < CONTACT_SECONDS * 1000) return false;
    this.notedAtMs.set(agentId, nowMs);
    return true;
  }
}

/**
 * It has taken a message: its circuit is closed. Where it was open, posts that failed meanwhile are due at once;
 * what lies on the broker for it comes there by itself.
 */
export async function noteContact(db: Database | Transaction, agentId: string): Promise<void> {
  const { messageId, direction, deliveryStatus, recipientId, nextAt, via } = agentMessages;
  await db.execute(sql`
    with before as (select failures from ${peers} where agent_id = ${agentId}),
    heard as (
      update ${peers} set failures = 0, open_until = null, last_contact_at = now(), last_error = null
      where agent_id = ${agentId} and (failures > 0 or last_contact_at is null
        or last_contact_at < now() - make_interval(secs => ${CONTACT_SECONDS}))
    ),
    waiting as materialized (
      select ${messageId} as id from ${agentMessages}
      where (select failures from before) >= ${FAILURES_MAX} and ${direction} = 'outbound'
        and ${deliveryStatus} = 'sent' and ${recipientId} = ${agentId} and ${nextAt} > now() and ${via} = 'http'
      for update skip locked
    )
    update ${agentMessages} m set next_at = now() from waiting w where m.message_id = w.id`);
}

/**
 * Deliveries to it that failed in a row: the fifth opens its circuit. Of an open one nothing is counted: its one try
 * has counted itself. `silentSeconds`: counted only when nothing was heard of it for so long.
 */
export async function noteFailures(
  db: Database | Transaction,
  input: { agentId: string; count: number; error: string; silentSeconds?: number },
): Promise<void> {
  const { agentId, count, error, silentSeconds = 0 } = input;
  const failures = sql`least(${peers.failures} + ${count}::int, ${FAILURES_MAX}::int)`;
  const isSilent = sql`(${peers.lastContactAt} is null or ${peers.lastContactAt} <=
    now() - make_interval(secs => ${silentSeconds + CONTACT_SECONDS_LATE}::float8))`;
  await db
    .update(peers)
    .set({
      lastError: error.slice(0, 2000),
      failures: sql`case when ${peers.openUntil} is null then ${failures} else ${peers.failures} end`,
      openUntil: sql`case when ${peers.openUntil} is null and ${failures} >= ${FAILURES_MAX}::int
        then ${openAfter(failures)} else ${peers.openUntil} end`,
    })
    .where(
      silentSeconds === 0
        ? eq(peers.agentId, agentId)
        : sql`${peers.agentId} = ${agentId} and ${isSilent}`,
    );
}
