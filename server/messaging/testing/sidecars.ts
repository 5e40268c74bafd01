import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { closeDatabase, openDatabase } from "@/server/platform";
import {
  startTemporaryPostgres,
  type TemporaryPostgres,
} from "@/server/platform/embedded-postgres";
import { migrateDatabase } from "@/server/platform/migrations";
import { hasRedis, type PrivateRedis, startRedis } from "@/server/queue/testing/redis";
import { Side } from "./side";
import { spawnCourier } from "./spawn-courier";

const POOL_MAX = 10;

/** Two sidecars on a PostgreSQL of their own, with a broker between them and a courier process each. */
export class TwoSidecars {
  private readonly couriers = new Map<Side, ChildProcess>();
  /** Sides whose courier has started. */
  private readonly ready = new Set<Side>();
  private isStopping = false;
  /** Couriers that ended without being killed. */
  diedByThemselves = 0;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly postgres: TemporaryPostgres,
    /** null: the broker is a database of that PostgreSQL. */
    readonly redis: PrivateRedis | null,
    readonly brokerUrl: string,
    readonly a: Side,
    readonly b: Side,
  ) {}

  /** `isDurable`: what is committed is on the disk. Without it a crash of the server's process loses nothing either. */
  static async start({ isDurable }: { isDurable: boolean }): Promise<TwoSidecars> {
    const postgres = await startTemporaryPostgres({ isDurable });
    const admin = openDatabase(postgres.urlOf("postgres"), 1);
    for (const name of ["a", "b", "broker"]) {
      await admin.$client.unsafe(`create database ${name}`);
      await admin.$client.unsafe(`alter database ${name} set synchronous_commit = on`);
    }
    await closeDatabase(admin);
    const redis = hasRedis ? await startRedis() : null;
    const url = redis?.url ?? postgres.urlOf("broker");
    const sideOf = async (name: string) => {
      await migrateDatabase(postgres.urlOf(name));
      const db = openDatabase(postgres.urlOf(name), POOL_MAX);
      return new Side(name, db, { MCP_BROKER_URL: url });
    };
    const a = await sideOf("a");
    const b = await sideOf("b");
    await a.meet(b);
    await b.meet(a);
    return new TwoSidecars(postgres, redis, url, a, b);
  }

  /** Work on the databases, one after another: none of it is under way while PostgreSQL is killed. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => {});
    return done;
  }

  /** PostgreSQL ended without warning, and started again. */
  crashPostgres(): Promise<void> {
    return this.exclusive(() => this.postgres.crash());
  }

  /** Starts a side's courier, again whenever it dies, as the supervisor does: `<receipt ms> [seed of its faults]`. */
  startCourier(side: Side, args: readonly string[]): void {
    const databaseUrl = this.postgres.urlOf(side.name);
    const child = spawnCourier(side, { databaseUrl, brokerUrl: this.brokerUrl, args });
    this.couriers.set(side, child);
    this.ready.delete(side);
    child.once("message", () => {
      if (this.couriers.get(side) === child) this.ready.add(side);
    });
    child.once("exit", () => {
      if (this.isStopping || this.couriers.get(side) !== child) return;
      this.diedByThemselves += 1;
      this.startCourier(side, args);
    });
  }

  /** Until both couriers have started, or started again. */
  async untilStarted(signal: AbortSignal): Promise<void> {
    while (this.ready.size < 2 && !signal.aborted) await sleep(50);
  }

  courierPid(side: Side): number {
    return this.couriers.get(side)?.pid ?? 0;
  }

  /** Kills a side's courier without warning. */
  async killCourier(side: Side): Promise<void> {
    const child = this.couriers.get(side);
    this.couriers.delete(side);
    this.ready.delete(side);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** The broker forgets everything. */
  async emptyBroker(): Promise<void> {
    if (this.redis !== null) return this.redis.flush();
    const db = openDatabase(this.brokerUrl, 1);
    const tables = await db.$client<{ name: string }[]>`
      select quote_ident(tablename) as name from pg_tables
      where schemaname = 'bullmq' and tablename <> 'migration'`;
    const names = tables.map(({ name }) => `bullmq.${name}`).join(", ");
    if (names !== "") await db.$client.unsafe(`truncate ${names} cascade`);
    await closeDatabase(db);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all([this.killCourier(this.a), this.killCourier(this.b)]);
    for (const { db } of [this.a, this.b]) await closeDatabase(db).catch(() => {});
    await this.redis?.stop();
    await this.postgres.stop();
  }
}

/** Asks again while the database does not answer. */
export async function persist<T>(sidecars: TwoSidecars, work: () => Promise<T>): Promise<T> {
  for (let tries = 100; ; tries -= 1) {
    try {
      return await sidecars.exclusive(work);
    } catch (error) {
      if (tries === 0) throw error;
      await sleep(200);
    }
  }
}
