import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { isSet, setEnv } from "@/server/platform";
import { createRandom, deriveSeed } from "@/server/statistics";
import type { OutgoingMessage } from "../send-message";
import { persist, TwoSidecars } from "./sidecars";

export interface ChaosOptions {
  messages: number;
  seed: number;
  /** Spread over the run: one after as many messages as the last. */
  blows: number;
  /** A receipt is overdue after so many milliseconds. */
  receiptMs: number;
  secondsMax: number;
  /** Told now and then how far it is. */
  onProgress?(line: string): void;
}

const BATCH = 25;
/** A batch is sent this often; the long form sends for longer than its first blows anyway. */
const PACE_MS = 100;
/** A courier that has just started works at least this long. */
const BLOW_MS_MIN = 500;
const LOOK_MS = 500;
const PROGRESS_MS = 10_000;
const PRIORITIES = ["low", "normal", "normal", "normal", "high", "urgent"] as const;

/** Some in conversations, in which they have to be handled in their sequence; of all priorities. */
function* draw(count: number, random: () => number): Generator<Partial<OutgoingMessage>> {
  let conversation = { conversation_id: randomUUID(), sequence: 0 };
  for (let n = 0; n < count; n += 1) {
    const priority = PRIORITIES[Math.floor(random() * PRIORITIES.length)] ?? "normal";
    if (random() < 0.7) yield { priority };
    else {
      if (conversation.sequence === 5)
        conversation = { conversation_id: randomUUID(), sequence: 0 };
      conversation.sequence += 1;
      yield { priority, ...conversation };
    }
  }
}

async function sendAll(sidecars: TwoSidecars, { messages, seed }: ChaosOptions) {
  const drawn = [...draw(messages, createRandom(deriveSeed(seed, "messages")))];
  const ids: string[] = [];
  for (let from = 0; from < drawn.length; from += BATCH) {
    const part = drawn.slice(from, from + BATCH);
    // A transaction that was cut off may have been committed: its messages are as good as any.
    ids.push(...(await persist(sidecars, () => sidecars.a.send(sidecars.b, part))));
    await sleep(PACE_MS);
  }
  return ids;
}

async function untilHandled(sidecars: TwoSidecars, count: number, signal: AbortSignal) {
  const { b } = sidecars;
  while (!signal.aborted) {
    const { handled = 0 } = await persist(sidecars, () => b.states());
    if (handled >= count) return;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

type Blow = [name: string, deal: () => Promise<unknown>];

/** Deals one blow after another, each kind in turn from a drawn one on, and counts them. */
async function dealBlows(sidecars: TwoSidecars, options: ChaosOptions, signal: AbortSignal) {
  const { a, b, redis } = sidecars;
  const seedOf = (label: string) => String(deriveSeed(options.seed, label));
  const restart = async (side: typeof a, turn: number) => {
    await sidecars.killCourier(side);
    sidecars.startCourier(side, [String(options.receiptMs), seedOf(`${side.name} ${turn}`)]);
  };
  let turn = 0;
  const kinds: Blow[] = [
    ["kill -9 of the sender's courier", () => restart(a, turn)],
    ["the broker emptied", () => sidecars.emptyBroker()],
    ["kill -9 of the recipient's courier", () => restart(b, turn)],
    ...(redis === null ? [] : [["Redis killed", () => redis.crash()] satisfies Blow]),
    ["PostgreSQL killed", () => sidecars.crashPostgres()],
  ];
  const dealt = new Map<string, number>();
  for (turn = 1; turn <= options.blows; turn += 1) {
    await sidecars.untilStarted(signal);
    await sleep(BLOW_MS_MIN, undefined, { signal }).catch(() => {});
    await untilHandled(sidecars, (turn * options.messages) / (options.blows + 1), signal);
    const [name, deal] = kinds[(turn + options.seed) % kinds.length] ?? [];
    if (signal.aborted || name === undefined || deal === undefined) break;
    await deal();
    options.onProgress?.(`blow ${turn}: ${name}`);
    dealt.set(name, (dealt.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(dealt);
}

/** What PostgreSQL says of both sides: every count but those of what is in order must be 0. */
async function reconcile({ a, b }: TwoSidecars) {
  const [ours] = await a.db.execute<Record<string, number>>(sql`select
    count(*)::int as asked,
    count(*) filter (where delivery_status in ('queued', 'sent'))::int as "still open",
    count(*) filter (where delivery_status = 'dead')::int as dead,
    count(*) filter (where delivery_status = 'dead' and dead_reason is null)::int as "dead without reason"
    from agent_messages where direction = 'outbound'`);
  const [theirs] = await b.db.execute<Record<string, number>>(sql`
    with handled as (select subject_id, count(*) as n from audit_events
      where action = 'message.handle' group by 1),
    effects_of as (select record_id, count(*) as n from effects group by 1)
    select
      count(*) filter (where delivery_status = 'handled')::int as handled,
      count(*) filter (where delivery_status = 'received')::int as "not handled yet",
      count(*) filter (where delivery_status = 'dead')::int as "dead at the recipient",
      (select count(*)::int from handled where n > 1) as "handled twice",
      (select count(*)::int from effects_of where n > 1) as "brought about twice",
      count(*) filter (where delivery_status = 'handled' and e.n is null)::int as "handled without effect"
    from agent_messages m left join effects_of e on e.record_id = m.message_id::text
    where direction = 'inbound'`);
  return { ...ours, ...theirs };
}

/** Ours that were delivered, by our word, and that the recipient does not have: none may be lost. */
async function countLost({ a, b }: TwoSidecars): Promise<number> {
  const rows = await a.db.execute<{ id: string }>(
    sql`select message_id as id from agent_messages where direction = 'outbound' and delivery_status = 'delivered'`,
  );
  const there = await b.db.execute<{ id: string }>(
    sql`select message_id as id from agent_messages where direction = 'inbound'`,
  );
  const known = new Set(there.map(({ id }) => id));
  return rows.filter(({ id }) => !known.has(id)).length;
}

/** Messages of one sender in one conversation that were handled before an earlier one. */
async function countOutOfOrder({ b }: TwoSidecars): Promise<number> {
  const [row] = await b.db.execute<{ n: number }>(sql`
    select count(*)::int as n from effects x join effects y
      on x.conversation_id = y.conversation_id and x.sequence < y.sequence and x.id > y.id`);
  return row?.n ?? -1;
}

export interface ChaosReport {
  /** What has to hold, and whether it did. */
  checks: Record<string, boolean>;
  counts: Record<string, number>;
  blows: Record<string, number>;
  seconds: number;
}

/** Until nothing is open any more on either side, or the time is over. */
async function untilSettled(sidecars: TwoSidecars, { onProgress, secondsMax }: ChaosOptions) {
  const begun = performance.now();
  let toldAt = begun;
  while (performance.now() - begun < secondsMax * 1000) {
    const seen: Record<string, number> = await persist(sidecars, () => reconcile(sidecars));
    if (seen["still open"] === 0 && seen["not handled yet"] === 0) return;
    if (performance.now() - toldAt >= PROGRESS_MS) {
      toldAt = performance.now();
      onProgress?.(`${seen.handled} of ${seen.asked} handled, ${seen["still open"]} not confirmed`);
    }
    await sleep(LOOK_MS);
  }
}

/** Sends messages between two sidecars under faults and blows, and reconciles what became of them. */
export async function runMessageChaos(options: ChaosOptions): Promise<ChaosReport> {
  if (!isSet("SESSION_SECRET")) {
    setEnv({ SIDECAR_MODE: "demo", SESSION_SECRET: randomUUID() + randomUUID() });
  }
  const sidecars = await TwoSidecars.start({ isDurable: false });
  const { a, b } = sidecars;
  for (const { db } of [a, b]) {
    await db.execute(sql`create table effects
      (id bigserial, record_id text, conversation_id text, sequence integer)`);
  }
  const begun = performance.now();
  const ended = new AbortController();
  try {
    for (const side of [a, b]) {
      const seed = String(deriveSeed(options.seed, side.name));
      sidecars.startCourier(side, [String(options.receiptMs), seed]);
    }
    await sidecars.untilStarted(ended.signal);
    const blowing = dealBlows(sidecars, options, ended.signal);
    const [ids] = await Promise.all([sendAll(sidecars, options), untilSettled(sidecars, options)]);
    ended.abort();
    const blows = await blowing;
    const seen: Record<string, number> = await persist(sidecars, () => reconcile(sidecars));
    const lost = await persist(sidecars, () => countLost(sidecars));
    const late = await persist(sidecars, () => countOutOfOrder(sidecars));
    const died = sidecars.diedByThemselves;
    const counts = { ...seen, lost, "handled out of order": late, "couriers that died": died };
    const seconds = (performance.now() - begun) / 1000;
    return { checks: checkAll(counts, ids.length), counts, blows, seconds };
  } finally {
    ended.abort();
    await sidecars.stop();
  }
}

const MUST_BE_NONE = [
  ...["still open", "dead without reason", "not handled yet", "handled twice"],
  ...["brought about twice", "handled without effect", "lost", "handled out of order"],
  "couriers that died",
] as const;

/** Of a message that is dead on our side although it arrived, both sides count it. */
function checkAll(counts: Record<string, number>, sent: number): Record<string, boolean> {
  const { asked = 0, handled = 0, dead = 0 } = counts;
  const accounted = handled + dead + (counts["dead at the recipient"] ?? 0);
  return {
    "all that were asked for are stored": asked >= sent,
    "each is handled or dead": accounted >= asked,
    ...Object.fromEntries(MUST_BE_NONE.map((fault) => [`none: ${fault}`, counts[fault] === 0])),
  };
}
