import { asc, sql } from "drizzle-orm";
import { jobs, notificationDeliveries } from "@/drizzle/schema";
import type { Suggestion } from "@/server/contracts";
import { getSuggestion } from "@/server/decisions";
import {
  createRoot,
  env,
  type Root,
  type ServiceContext,
  type Settings,
  systemContext,
} from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { HandBroker } from "@/server/queue/testing/hand-broker";
import { startNotifier } from "../notifier";

/** The notifier on a database of its own, with a clock and a queue that a test moves. */
export class NotifyHarness {
  private offsetMs = 0;

  private constructor(
    private readonly database: TestDatabase,
    readonly root: Root,
    private readonly broker: HandBroker,
    private stopNotifier: () => Promise<void>,
  ) {}

  static async open(
    settings: Partial<Settings>,
    readSuggestion?: (id: string) => Promise<Suggestion>,
  ): Promise<NotifyHarness> {
    const database = await createTestDatabase();
    const root = createRoot("test", {
      ...{ db: database.db, settings: { ...env(), ...settings } },
    });
    const broker = new HandBroker();
    const harness = new NotifyHarness(database, root, broker, async () => {});
    root.clock = { now: () => new Date(Date.now() + harness.offsetMs) };
    const read = (id: string) =>
      getSuggestion({ ctx: systemContext(root, "test"), input: { suggestion_id: id } });
    const notifier = await startNotifier(root, broker, { readSuggestion: readSuggestion ?? read });
    harness.stopNotifier = () => notifier.stop();
    return harness;
  }

  get db() {
    return this.database.db;
  }

  ctx(): ServiceContext {
    return systemContext(this.root, "test");
  }

  /** Runs every job that is due, and those that they ask for, one after another. */
  async run(): Promise<void> {
    for (;;) {
      const due = await this.db
        .select({ id: jobs.id })
        .from(jobs)
        .where(
          sql`${jobs.state} = 'queued' and ${jobs.runAt} <= now() and ${jobs.kind} in ('notify', 'deliver')`,
        )
        .orderBy(asc(jobs.id));
      if (due.length === 0) return;
      for (const { id } of due) await this.deliver(id);
    }
  }

  /** One delivery of the broker, as it may come twice. */
  async deliver(jobId: number): Promise<void> {
    await this.broker.handle?.({ id: `job-${jobId}`, data: { job_id: jobId } });
  }

  /** Time passes, for the database's queue and for our clock. */
  async pass(ms: number): Promise<void> {
    this.offsetMs += ms;
    await this.db.update(jobs).set({
      runAt: sql`${jobs.runAt} - make_interval(secs => ${ms / 1000})`,
    });
  }

  deliveries() {
    return this.db
      .select()
      .from(notificationDeliveries)
      .orderBy(asc(notificationDeliveries.createdAt), asc(notificationDeliveries.recipient));
  }

  async close(): Promise<void> {
    await this.stopNotifier();
    await this.database.drop();
  }
}
