import { inArray, sql } from "drizzle-orm";
import { peers } from "@/drizzle/schema";
import type { Database, Transaction } from "@/server/platform";
import { FAILURES_MAX, type Peer } from "../delivery-policy";

/** Of an open circuit, growing with each try that fails. */
const OPEN_SECONDS = 10;
const OPEN_SECONDS_MAX = 60;
/** A try of a half-open circuit that nobody hears of again is made anew after this long. */
const PROBE_SECONDS = 15;
/** When a recipient was last heard is kept as exactly as this. */
const CONTACT_SECONDS = 1;

/** The recipients that are in the directory and have not left it, by id. */
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
    .where(sql`${inArray(agentId, [...agentIds])} and ${card}->>'status' <> 'gone'`);
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

/** The one try of a half-open circuit: of several couriers one gets it. */
export async function takeProbe(tx: Transaction, agentId: string): Promise<boolean> {
  const taken = await tx
    .update(peers)
    .set({ openUntil: sql`now() + make_interval(secs => ${PROBE_SECONDS})` })
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

/** It has taken a message: its circuit is closed. */
export async function noteContact(db: Database | Transaction, agentId: string): Promise<void> {
  await db
    .update(peers)
    .set({ failures: 0, openUntil: null, lastContactAt: sql`now()`, lastError: null })
    .where(
      sql`${peers.agentId} = ${agentId} and (${peers.failures} > 0 or ${peers.lastContactAt} is null
        or ${peers.lastContactAt} < now() - make_interval(secs => ${CONTACT_SECONDS}))`,
    );
}

/**
 * Deliveries to it that failed in a row: from the fifth on its circuit is open, longer with each try that
 * fails. `silentSeconds`: counted only when nothing was heard of it for so long.
 */
export async function noteFailures(
  db: Database | Transaction,
  input: { agentId: string; count: number; error: string; silentSeconds?: number },
): Promise<void> {
  const { agentId, count, error, silentSeconds = 0 } = input;
  const failures = sql`(case when ${peers.openUntil} is null
    then least(${peers.failures} + ${count}::int, ${FAILURES_MAX}::int) else ${peers.failures} + 1 end)`;
  const seconds = sql`least(${OPEN_SECONDS_MAX}::float8,
    ${OPEN_SECONDS}::float8 * 2 ^ least(${failures} - ${FAILURES_MAX}::int, 10)) * (0.5 + random() / 2)`;
  await db
    .update(peers)
    .set({
      failures,
      lastError: error.slice(0, 2000),
      openUntil: sql`case when ${failures} >= ${FAILURES_MAX}::int
        then now() + make_interval(secs => ${seconds}) end`,
    })
    .where(
      sql`${peers.agentId} = ${agentId} and (${peers.lastContactAt} is null
        or ${peers.lastContactAt} <= now() - make_interval(secs => ${silentSeconds}::float8))`,
    );
}
