import { once } from "node:events";
import { sql } from "drizzle-orm";
import { vi } from "vitest";
import type { Settings } from "@/server/platform";
import { openSharedBroker, type SharedBroker } from "@/server/platform/broker";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { type PrivateRedis, startRedis } from "@/server/queue/testing/redis";
import { type CourierOptions, startCourier } from "../courier/courier";
import { ACKNOWLEDGING_HANDLERS, type MessageHandlers } from "../handlers";
import { Side } from "./side";
import { spawnCourier } from "./spawn-courier";

/** Short enough for a test to see a receipt overdue. */
const RECEIPT_MS = 1500;
const WAIT = { timeout: 25_000, interval: 25 };
const NEVER = () => {};

export type BrokerKind = "postgres" | "redis" | "none";

/** Two sidecars with a database each, and what they share; started and ended for a test. */
export class CourierHarness {
  private readonly endings: (() => Promise<unknown>)[] = [];

  private constructor(
    private readonly databases: readonly TestDatabase[],
    readonly redis: PrivateRedis | null,
    private readonly brokerUrl: string | null,
    readonly a: Side,
    readonly b: Side,
  ) {}

  static async open(kind: BrokerKind, settings: Partial<Settings> = {}): Promise<CourierHarness> {
    const [one, two] = [await createTestDatabase(), await createTestDatabase()];
    const shared = kind === "postgres" ? [await createTestDatabase()] : [];
    const redis = kind === "redis" ? await startRedis() : null;
    const url = redis?.url ?? shared[0]?.url ?? null;
    const own = { ...settings, ...(url === null ? {} : { MCP_BROKER_URL: url }) };
    const a = new Side("a", one.db, own);
    const b = new Side("b", two.db, own);
    await a.meet(b);
    await b.meet(a);
    return new CourierHarness([one, two, ...shared], redis, url, a, b);
  }

  urlOf(side: Side): string {
    return this.databases[side === this.a ? 0 : 1]?.url ?? "";
  }

  get env(): { MCP_BROKER_URL: string } {
    return { MCP_BROKER_URL: this.brokerUrl ?? "" };
  }

  broker(): SharedBroker | null {
    if (this.brokerUrl === null) return null;
    const broker = openSharedBroker(this.brokerUrl, this.a.root.log);
    this.endings.push(() => broker.close());
    return broker;
  }

  courier(
    side: Side,
    options: { handlers?: Partial<MessageHandlers>; broker?: CourierOptions["broker"] } = {},
  ) {
    const { handlers, broker = this.broker() } = options;
    const courier = startCourier(side.root, {
      ...{ broker, receiptMs: RECEIPT_MS },
      handlers: { ...ACKNOWLEDGING_HANDLERS, ...handlers },
    });
    this.endings.unshift(() => courier.stop());
    return courier;
  }

  /** A courier in a process of its own that is killed, at the latest with the test; `fate`: see courier-process.ts. */
  process(side: Side, fate: "before" | "after" | null) {
    const args = [String(RECEIPT_MS), ...(fate === null ? [] : [fate])];
    const databaseUrl = this.urlOf(side);
    const child = spawnCourier(side, { databaseUrl, brokerUrl: this.brokerUrl, args });
    const ended = once(child, "exit");
    const kill = async () => {
      child.kill("SIGKILL");
      await ended;
    };
    this.endings.unshift(kill);
    return { kill, ended };
  }

  /** Ends before everything that was started earlier. */
  onEnd(ending: () => Promise<unknown>): void {
    this.endings.unshift(ending);
  }

  /** The broker forgets everything. */
  async emptyBroker(): Promise<void> {
    if (this.redis !== null) return this.redis.flush();
    const shared = this.databases[2];
    if (shared === undefined) return;
    const tables = await shared.db.execute<{ name: string }>(
      sql`select quote_ident(tablename) as name from pg_tables
        where schemaname = 'bullmq' and tablename <> 'migration'`,
    );
    const names = tables.map(({ name }) => `bullmq.${name}`).join(", ");
    // The couriers go on meanwhile and lock tables in an order of their own: a deadlock is tried again.
    await vi.waitFor(() => shared.db.execute(sql.raw(`truncate ${names} cascade`)), WAIT);
  }

  until(check: () => Promise<void> | void): Promise<void> {
    return vi.waitFor(check, WAIT);
  }

  /** Ends what a test started, and forgets its messages. */
  async end(): Promise<void> {
    for (const ending of this.endings.splice(0)) await ending().catch(NEVER);
    await this.a.forget();
    await this.b.forget();
    await this.emptyBroker();
  }

  async close(): Promise<void> {
    await this.end();
    for (const database of this.databases) await database.drop();
    await this.redis?.stop();
  }
}
