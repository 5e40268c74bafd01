import { spawn } from "node:child_process";
import { once } from "node:events";
import { eq, sql } from "drizzle-orm";
import { vi } from "vitest";
import { jobs } from "@/drizzle/schema";
import type { JobKind } from "@/server/contracts";
import { createRoot, type Database, type Root, setEnv } from "@/server/platform";
import { type Broker, openBroker } from "@/server/platform/broker";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import {
  enqueueJob,
  type JobHandler,
  type JobPriority,
  type Relay,
  type RelayTimes,
  type Sweep,
  startRelay,
  startSweeps,
  startWorker,
} from "..";
import { type PrivateRedis, startRedis } from "./redis";

/** Short enough for a test to see a lease run out. */
export const LEASE_MS = 2000;
const TIMES: RelayTimes = { pollMs: 200, reconcileMs: 300, forgottenMs: 1000 };
const WAIT = { timeout: 25_000, interval: 25 };

export type StoreKind = "postgres" | "redis";
type Asked = { kind?: JobKind; runAt?: Date; priority?: JobPriority };

/** A database, a broker on the given store, and the parts of the queue, started and ended for a test. */
export class QueueHarness {
  private readonly endings: (() => Promise<unknown>)[] = [];
  private readonly root: Root;

  private constructor(
    private readonly database: TestDatabase,
    readonly redis: PrivateRedis | null,
  ) {
    this.root = createRoot("test", { db: database.db });
  }

  static async open(kind: StoreKind): Promise<QueueHarness> {
    const database = await createTestDatabase();
    await database.db.execute(sql`create table executions (job_id bigint, worker text)`);
    return new QueueHarness(database, kind === "redis" ? await startRedis() : null);
  }

  get db(): Database {
    return this.database.db;
  }

  get env(): { DATABASE_URL: string; REDIS_URL?: string } {
    const redis = this.redis === null ? {} : { REDIS_URL: this.redis.url };
    return { DATABASE_URL: this.database.url, ...redis };
  }

  /** What a broker that was emptied does not know any more. */
  async forget(): Promise<void> {
    if (this.redis !== null) return this.redis.flush();
    const tables = await this.db.execute<{ name: string }>(
      sql`select quote_ident(tablename) as name from pg_tables
        where schemaname = 'bullmq' and tablename <> 'migration'`,
    );
    const names = tables.map(({ name }) => `bullmq.${name}`).join(", ");
    // Workers lock the tables in orders of their own: PostgreSQL ends one of two that wait for each other.
    await vi.waitFor(() => this.db.execute(sql.raw(`truncate ${names} cascade`)), {
      timeout: 10_000,
    });
  }

  broker(): Broker {
    const broker = openBroker(this.env, this.root.log);
    this.endings.push(() => broker.close());
    return broker;
  }

  relay(broker = this.broker()): Relay {
    const relay = startRelay(this.root, broker, TIMES);
    this.endings.unshift(() => relay.stop());
    return relay;
  }

  worker(
    handler: Partial<JobHandler>,
    options: { concurrency?: number; isPaused?: () => Promise<boolean>; broker?: Broker } = {},
  ) {
    const { concurrency = 1, isPaused, broker = this.broker() } = options;
    const whole: JobHandler = { run: async () => {}, giveUp: async () => {}, ...handler };
    const worker = startWorker(this.root, broker, {
      ...{ queue: "proofs", concurrency, leaseMs: LEASE_MS, handlers: { prove: whole } },
      ...(isPaused ? { isPaused } : {}),
    });
    this.endings.unshift(() => worker.stop());
    return worker;
  }

  sweeps(sweeps: readonly Sweep[]) {
    const started = startSweeps(this.root, this.broker(), sweeps, { keepMs: 500 });
    this.endings.unshift(() => started.stop());
    return started;
  }

  /** In a process of its own: a relay, or a worker that never ends a job. */
  process(role: "relay" | "worker"): { kill: () => Promise<void> } {
    const file = "server/queue/testing/queue-process.ts";
    const args = ["--import", "tsx", file, role, String(LEASE_MS)];
    // What is set here, a child inherits.
    setEnv({ DATABASE_URL: this.env.DATABASE_URL, REDIS_URL: this.env.REDIS_URL ?? "" });
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    const kill = async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    };
    this.endings.unshift(kill);
    return { kill };
  }

  async enqueue(subjectId: string, { kind = "prove", ...rest }: Asked = {}): Promise<void> {
    await this.db.transaction((tx) => enqueueJob({ tx, input: { kind, subjectId, ...rest } }));
  }

  async job(subjectId: string) {
    const [row] = await this.db.select().from(jobs).where(eq(jobs.subjectId, subjectId));
    return row;
  }

  until(check: () => Promise<void> | void): Promise<void> {
    return vi.waitFor(check, WAIT);
  }

  /** Notes an execution where every worker of any process can, and counts them. */
  async note(jobId: number, worker: string): Promise<void> {
    await this.db.execute(sql`insert into executions values (${jobId}, ${worker})`);
  }

  async executions(): Promise<number> {
    const [row] = await this.db.execute<{ n: number }>(
      sql`select count(*)::int as n from executions`,
    );
    return row?.n ?? 0;
  }

  /** Ends what a test started, and forgets its jobs. */
  async end(): Promise<void> {
    for (const ending of this.endings.splice(0)) await ending();
    await this.db.delete(jobs);
    await this.db.execute(sql`delete from executions`);
    await this.forget();
  }

  async close(): Promise<void> {
    await this.end();
    await this.database.drop();
    await this.redis?.stop();
  }
}
