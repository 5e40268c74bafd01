import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Queue } from "bullmq";
import { sql } from "drizzle-orm";
import { isSet, setEnv } from "@/server/platform";
import { quantile } from "@/server/statistics";
import type { OutgoingMessage } from "../send-message";
import { type CpuTimes, perMessage, readCpuTimes } from "./cpu-time";
import { TwoSidecars } from "./sidecars";

/** `npm run bench -- messages [messages]`. */
const MESSAGES = Number(process.argv[2] ?? 10_000);
const SEND_BATCH = 100;
const HALF_LOAD_SECONDS = 10;
/** While the full load runs, one urgent message this often. */
const URGENT_EVERY_MS = 50;
const RECEIPT_MS = "30000";

if (!isSet("SESSION_SECRET")) {
  setEnv({ SIDECAR_MODE: "demo", SESSION_SECRET: randomUUID() + randomUUID() });
}

const alert = (change: Partial<OutgoingMessage> = {}): Partial<OutgoingMessage> => ({
  content: {
    table: "projects",
    column: "risk_assessment_id",
    check: "orphans",
    detail: "12 of 40,000 rows point to no assessment.",
  },
  ...change,
});

interface Load {
  /** Messages a second. */
  rate: number;
  /** CPU milliseconds a message. */
  cpu: Record<string, number>;
}

async function untilHandled({ b }: TwoSidecars, count: number): Promise<void> {
  const ask = () =>
    b.db.execute<{ n: number }>(
      sql`select count(*)::int as n from agent_messages where delivery_status = 'handled'`,
    );
  while (((await ask())[0]?.n ?? 0) < count) await sleep(100);
}

/** Milliseconds from asking for a message to its being handled, by the clock of this machine. */
async function latencies({ a, b }: TwoSidecars, priority: "normal" | "urgent"): Promise<number[]> {
  const asked = await a.db.execute<{ id: string; ms: number }>(sql`
    select message_id as id, extract(epoch from created_at)::float8 * 1000 as ms
    from agent_messages where direction = 'outbound' and priority = ${priority}`);
  const handled = await b.db.execute<{ id: string; ms: number }>(sql`
    select message_id as id, extract(epoch from finished_at)::float8 * 1000 as ms
    from agent_messages where delivery_status = 'handled' and priority = ${priority}`);
  const at = new Map(handled.map(({ id, ms }) => [id, ms]));
  return asked.flatMap(({ id, ms }) => (at.has(id) ? [(at.get(id) ?? 0) - ms] : []));
}

function summary(milliseconds: number[]) {
  const at = (share: number) =>
    Math.round(
      quantile(
        milliseconds.toSorted((x, y) => x - y),
        share,
      ),
    );
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** CPU time so far: of who asks (this process), the couriers, the databases and the broker. */
function cpuTimes(sidecars: TwoSidecars): CpuTimes {
  const pids = new Map([
    [process.pid, "asking"],
    [sidecars.courierPid(sidecars.a), "sender's courier"],
    [sidecars.courierPid(sidecars.b), "recipient's courier"],
  ]);
  return readCpuTimes((pid, command) => {
    const programs = ["postgres", "redis", "bare-worker"];
    return pids.get(pid) ?? programs.find((name) => command.includes(name)) ?? "other";
  });
}

/** As fast as they are asked for, with urgent ones among them; answers messages a second. */
async function fullLoad(sidecars: TwoSidecars): Promise<Load> {
  const { a, b } = sidecars;
  const before = cpuTimes(sidecars);
  const begun = performance.now();
  let isSending = true;
  let urgent = 0;
  const urgently = (async () => {
    while (isSending) {
      await a.send(b, [alert({ priority: "urgent" })]);
      urgent += 1;
      await sleep(URGENT_EVERY_MS);
    }
  })();
  for (let sent = 0; sent < MESSAGES; sent += SEND_BATCH) {
    await a.send(b, Array(SEND_BATCH).fill(alert()));
  }
  // They go on while there is something to overtake.
  const normal = sql`select count(*)::int as n from agent_messages
    where delivery_status = 'handled' and priority = 'normal'`;
  while (((await b.db.execute<{ n: number }>(normal))[0]?.n ?? 0) < MESSAGES) await sleep(100);
  const seconds = (performance.now() - begun) / 1000;
  isSending = false;
  await urgently;
  await untilHandled(sidecars, MESSAGES + urgent);
  const cpu = perMessage(before, cpuTimes(sidecars), MESSAGES + urgent);
  return { rate: (MESSAGES + urgent) / seconds, cpu };
}

/** One transaction of a few messages every 10 ms, so many a second in all. */
async function steadyLoad(sidecars: TwoSidecars, perSecond: number): Promise<void> {
  const { a, b } = sidecars;
  const begun = performance.now();
  let sent = 0;
  while (performance.now() - begun < HALF_LOAD_SECONDS * 1000) {
    const due = Math.floor(((performance.now() - begun) / 1000) * perSecond) - sent;
    if (due > 0) await a.send(b, Array(due).fill(alert()));
    sent += Math.max(0, due);
    await sleep(10);
  }
  await untilHandled(sidecars, sent);
}

/** Jobs a second of a bare BullMQ worker that writes one row a job, on the same Redis and PostgreSQL. */
async function bareWorker(sidecars: TwoSidecars): Promise<Load | null> {
  const { b, redis, postgres } = sidecars;
  if (redis === null) return null;
  const { hostname: host, port } = new URL(redis.url);
  await b.db.execute(sql`create table if not exists bare_rows (id text primary key, body jsonb)`);
  const worker = fork("server/messaging/testing/bare-worker.ts", [redis.url, postgres.urlOf("b")], {
    execArgv: ["--import", "tsx"],
  });
  await once(worker, "message");
  const queue = new Queue("bare", { connection: { host, port: Number(port) } });
  const data = { ...alert(), recipient: b.address, message_id: randomUUID() };
  const before = cpuTimes(sidecars);
  const begun = performance.now();
  for (let sent = 0; sent < MESSAGES; sent += SEND_BATCH) {
    const jobs = Array.from({ length: SEND_BATCH }, () => ({ name: "bare", data }));
    await queue.addBulk(jobs.map((job) => ({ ...job, opts: { removeOnComplete: true } })));
  }
  const count = sql`select count(*)::int as n from bare_rows`;
  while (((await b.db.execute<{ n: number }>(count))[0]?.n ?? 0) < MESSAGES) await sleep(100);
  const rate = MESSAGES / ((performance.now() - begun) / 1000);
  const cpu = perMessage(before, cpuTimes(sidecars), MESSAGES);
  worker.kill("SIGKILL");
  await queue.close();
  return { rate, cpu };
}

async function clear({ a, b }: TwoSidecars): Promise<void> {
  // What the sender still has to hear of is let come first.
  const open = sql`select count(*)::int as n from agent_messages where delivery_status in ('queued', 'sent')`;
  while (((await a.db.execute<{ n: number }>(open))[0]?.n ?? 0) > 0) await sleep(50);
  for (const { db } of [a, b]) await db.execute(sql`truncate agent_messages, audit_events`);
}

const sidecars = await TwoSidecars.start({ isDurable: true });
try {
  for (const side of [sidecars.a, sidecars.b]) sidecars.startCourier(side, [RECEIPT_MS]);
  await sidecars.a.send(sidecars.b, Array(500).fill(alert()));
  await untilHandled(sidecars, 500);
  await clear(sidecars);
  const bare = await bareWorker(sidecars);
  const full = await fullLoad(sidecars);
  const normal = summary(await latencies(sidecars, "normal"));
  const urgent = summary(await latencies(sidecars, "urgent"));
  await clear(sidecars);
  await steadyLoad(sidecars, full.rate / 2);
  const half = summary(await latencies(sidecars, "normal"));
  console.table({
    "messages, full load": { "per second": Math.round(full.rate), ...normal },
    "urgent ones meanwhile": { "per second": "", ...urgent },
    "messages, half load": { "per second": Math.round(full.rate / 2), ...half },
    "bare BullMQ worker": { "per second": bare === null ? "no Redis" : Math.round(bare.rate) },
  });
  console.log("CPU milliseconds a message:");
  console.table({ "full load": full.cpu, ...(bare && { "bare BullMQ worker": bare.cpu }) });
  if (bare !== null) {
    console.log(`${Math.round((100 * full.rate) / bare.rate)}% of the bare worker's rate`);
  }
} finally {
  await sidecars.stop();
}
