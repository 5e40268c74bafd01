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
  blowsMax: number;
  /** From the start of the courier that the last one killed to the next. */
  blowMs: number;
  /** A receipt is overdue after so many milliseconds. */
  receiptMs: number;
  secondsMax: number;
}

const BATCH = 25;
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

async function sendAll(sidecars: TwoSidecars, { messages, seed }: ChaosOptions, paceMs: number) {
  const drawn = [...draw(messages, createRandom(deriveSeed(seed, "messages")))];
  const ids: string[] = [];
  for (let from = 0; from < drawn.length; from += BATCH) {
    const part = drawn.slice(from, from + BATCH);
    // A transaction that was cut off may have been committed: its messages are as good as any.
    ids.push(...(await persist(sidecars, () => sidecars.a.send(sidecars.b, part))));
    await sleep(paceMs);
  }
  return ids;
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
  for (turn = 1; turn <= options.blowsMax && !signal.aborted; turn += 1) {
    await sidecars.untilStarted(signal);
    await sleep(options.blowMs, undefined, { signal }).catch(() => {});
    const [name, deal] = kinds[(turn + options.seed) % kinds.length] ?? [];
    if (signal.aborted || name === undefined || deal === undefined) break;
    await deal();
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
  /** Every message was handled once or is dead with a reason, in order, and none was lost. */
  isWhole: boolean;
  counts: Record<string, number>;
  blows: Record<string, number>;
  seconds: number;
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
  const seconds = () => (performance.now() - begun) / 1000;
  const ended = new AbortController();
  try {
    for (const side of [a, b]) {
      const seed = String(deriveSeed(options.seed, side.name));
      sidecars.startCourier(side, [String(options.receiptMs), seed]);
    }
    const blowing = dealBlows(sidecars, options, ended.signal);
    const ids = await sendAll(sidecars, options, options.messages > 1000 ? 100 : 200);
    const isSettled = async () => {
      const seen: Record<string, number> = await persist(sidecars, () => reconcile(sidecars));
      return seen["still open"] === 0 && seen["not handled yet"] === 0;
    };
    while (seconds() < options.secondsMax && !(await isSettled())) await sleep(500);
    ended.abort();
    const blows = await blowing;
    const seen: Record<string, number> = await persist(sidecars, () => reconcile(sidecars));
    const lost = await persist(sidecars, () => countLost(sidecars));
    const late = await persist(sidecars, () => countOutOfOrder(sidecars));
    const counts = { ...seen, lost, "handled out of order": late };
    return { isWhole: isWhole(counts, ids.length), counts, blows, seconds: seconds() };
  } finally {
    ended.abort();
    await sidecars.stop();
  }
}

/** Of a message that is dead on our side although it arrived, both sides count it. */
function isWhole(counts: Record<string, number>, sent: number): boolean {
  const { asked = 0, handled = 0, dead = 0 } = counts;
  const faults = [
    ...["still open", "dead without reason", "not handled yet", "handled twice"],
    ...["brought about twice", "handled without effect", "lost", "handled out of order"],
  ];
  const accounted = handled + dead + (counts["dead at the recipient"] ?? 0);
  return asked >= sent && accounted >= asked && faults.every((fault) => counts[fault] === 0);
}
