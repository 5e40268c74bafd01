import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import { indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { closeDatabase, type Database, newId, openDatabase, setEnv } from "@/server/platform";
import { startTemporaryPostgres } from "@/server/platform/embedded-postgres";
import { migrateDatabase } from "@/server/platform/migrations";
import { enqueueJob } from "..";
import { type PrivateRedis, startRedis } from "./redis";

const ROLES = ["relay", "worker-1", "worker-2", "worker-3"] as const;
const BLOW_MS = 3000;
const SECONDS_MAX = 420;

/** A decision about to be executed, and the job that executes it: one transaction, as in the verbs. */
async function beginLife(db: Database): Promise<void> {
  const candidate = indexOn("status");
  const productId = newId("op");
  const { id } = await storeSuggestion(db, { state: "executing", productId });
  await db.transaction(async (tx) => {
    const [row] = await tx
      .insert(operations)
      .values({
        ...{ id: newId("op"), suggestionId: id, productId, kind: "execute", state: "queued" },
        ...{ itemIds: [], plan: candidate.plan, schemaFingerprint: "schema-1" },
        ...{ requestedBy: "chaos", progress: { message: "", fraction: 0 } },
      })
      .returning({ id: operations.id });
    if (row !== undefined) await enqueueJob({ tx, input: { kind: "execute", subjectId: row.id } });
  });
}

/** Notices of what happened are queued too; nobody sends them here. */
async function measure(db: Database) {
  const [row] = await db.execute<Record<string, number>>(sql`
    with completed as (
      select subject_id, count(*) as n from audit_events
      where action = (select action from audit_events where subject_type = 'operation'
        and after->>'state' = 'executed' limit 1) group by 1),
    ran as (select operation_id, count(*) as n from product_runs group by 1)
    select
      (select count(*)::int from operations where state = 'executed'
        and verification->>'state' <> 'verifying') as lived,
      (select count(*)::int from operations where state = 'failed') as failed,
      (select count(*)::int from ran where n > 1) as "ran twice",
      (select count(*)::int from completed where n > 1) as "completed twice",
      (select count(*)::int from jobs where kind in ('execute', 'verify')
        and state in ('queued', 'running')) as "jobs open",
      (select count(*)::int from jobs where state = 'dead') as "jobs dead",
      (select coalesce(sum(stalls), 0)::int from jobs) as "leases lost"`);
  return row ?? {};
}

/** Deals one blow after another, in turn, and counts them. */
async function dealBlows(
  redis: PrivateRedis,
  processes: Map<string, ChildProcess>,
  run: (role: string) => ChildProcess,
  signal: AbortSignal,
) {
  const blows: Record<string, number> = {};
  const kinds = ["FLUSHALL", "kill -9 redis", ...ROLES.map((role) => `kill -9 ${role}`)];
  for (let turn = 0; !signal.aborted; turn += 1) {
    await sleep(BLOW_MS);
    const kind = kinds[turn % kinds.length] ?? "";
    blows[kind] = (blows[kind] ?? 0) + 1;
    if (kind === "FLUSHALL") await redis.flush();
    else if (kind === "kill -9 redis") await redis.crash();
    else {
      const role = kind.slice("kill -9 ".length);
      const child = processes.get(role);
      if (child !== undefined) await kill(child);
      processes.set(role, run(role));
    }
  }
  return blows;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** Runs decision lives under blows; answers whether each was lived once and whole. */
export async function runChaos(lives: number): Promise<boolean> {
  const postgres = await startTemporaryPostgres();
  const redis = await startRedis();
  const url = postgres.urlOf("postgres");
  await migrateDatabase(url);
  const db = openDatabase(url, 5);
  await db.execute(sql`create table executions (job_id bigint, token text)`);
  await db.execute(sql`create table product_runs (operation_id text)`);
  // What is set here, every child inherits.
  setEnv({
    ...{ DATABASE_URL: url, REDIS_URL: redis.url, LOG_LEVEL: "error" },
    ...{ SIDECAR_MODE: "demo", VERIFY_SECONDS_MAX: "1" },
  });
  const file = "server/queue/testing/chaos-process.ts";
  const run = (role: string) =>
    spawn(process.execPath, ["--import", "tsx", file, role], { stdio: "ignore" });
  const processes = new Map(ROLES.map((role) => [role as string, run(role)]));
  const ended = new AbortController();
  const blowing = dealBlows(redis, processes, run, ended.signal);
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  for (let n = 0; n < lives; n += 1) {
    await beginLife(db);
    await sleep(Math.min(200, 40_000 / lives));
  }
  let seen = await measure(db);
  while (seconds() < SECONDS_MAX && (seen.lived !== lives || seen["jobs open"] !== 0)) {
    await sleep(500);
    seen = await measure(db);
  }
  ended.abort();
  const blows = await blowing;
  console.table({ lives, ...seen, seconds: Math.round(seconds()) });
  console.table(blows);
  await Promise.all([...processes.values()].map(kill));
  await closeDatabase(db);
  await redis.stop();
  await postgres.stop();
  const { failed, "ran twice": ranTwice, "completed twice": completedTwice } = seen;
  const faults = [failed, ranTwice, completedTwice, seen["jobs open"], seen["jobs dead"]];
  return seen.lived === lives && faults.every((count) => count === 0);
}
