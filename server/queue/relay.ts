import { asc, inArray, type SQL, sql } from "drizzle-orm";
import { jobs } from "@/drizzle/schema";
import type { JobKind, JobPayload } from "@/server/contracts";
import type { Root } from "@/server/platform";
import type { Broker } from "@/server/platform/broker";
import { JOBS_CHANNEL } from "./enqueue-job";

/**
 * Proofs are long and one at a time; operations wait for the product most of the time; notifications wait
 * for servers of others.
 */
const QUEUES = ["proofs", "operations", "notifications"] as const;
export type QueueName = (typeof QUEUES)[number];
const QUEUE_OF: Record<JobKind, QueueName> = {
  prove: "proofs",
  execute: "operations",
  verify: "operations",
  cleanup: "operations",
  notify: "notifications",
  deliver: "notifications",
};

const BATCH = 200;
/** Fallback for a notification lost with its connection. */
const POLL_MS = 1000;
const RECONCILE_MS = 5000;
/** A due job that nobody claimed for this long is offered again; the broker drops what it still has. */
const FORGOTTEN_MS = 10_000;

const isNew = sql`${jobs.state} = 'queued' and ${jobs.handedAt} is null`;
/** Due, and nobody took it; or running, and nobody is at it: the broker may have lost it. */
const isForgotten = (forgottenMs: number): SQL => sql`(
  (${jobs.state} = 'queued' and ${jobs.runAt} <= now())
  or (${jobs.state} = 'running' and ${jobs.leaseUntil} < now())
) and coalesce(${jobs.handedAt}, ${jobs.createdAt}) < now() - make_interval(secs => ${forgottenMs / 1000})`;

/**
 * Hands rows over to the broker, with the row's id as job id, and answers how many. The rows are
 * locked meanwhile, so several relays share the work; one that dies in between leaves them as they
 * were, and what it had handed over already is not taken twice.
 */
async function handOver({ db }: Pick<Root, "db">, broker: Broker, which: SQL): Promise<number> {
  return db.transaction(async (tx) => {
    const rows = await tx
      .select({
        id: jobs.id,
        kind: jobs.kind,
        priority: jobs.priority,
        delayMs: sql<number>`1000 * extract(epoch from ${jobs.runAt} - now())::float8`,
      })
      .from(jobs)
      .where(which)
      .orderBy(asc(jobs.handedAt), asc(jobs.priority), asc(jobs.id))
      .limit(BATCH)
      .for("update", { skipLocked: true });
    if (rows.length === 0) return 0;
    for (const queue of QUEUES) {
      const offers = rows
        .filter(({ kind }) => QUEUE_OF[kind] === queue)
        .map(({ id, priority, delayMs }) => ({
          id: `job-${id}`,
          data: { job_id: id } satisfies JobPayload,
          delayMs: Math.max(0, Math.ceil(delayMs)),
          priority,
        }));
      if (offers.length > 0) await broker.add(queue, offers);
    }
    const ids = rows.map(({ id }) => id);
    await tx.update(jobs).set({ handedAt: sql`now()` }).where(inArray(jobs.id, ids));
    return rows.length;
  });
}

export interface Relay {
  /** False while handing over fails: the broker or the database does not answer. */
  isReady(): boolean;
  stop(): Promise<void>;
}

export interface RelayTimes {
  pollMs: number;
  reconcileMs: number;
  forgottenMs: number;
}

/**
 * Hands every job over as soon as its transaction is committed, and again what the broker forgot
 * (it was emptied, or a relay died before it handed over). Any number of relays may run.
 */
export function startRelay(
  root: Root,
  broker: Broker,
  times: RelayTimes = { pollMs: POLL_MS, reconcileMs: RECONCILE_MS, forgottenMs: FORGOTTEN_MS },
): Relay {
  const { db, log } = root;
  let isStopping = false;
  let isReady = false;
  let wake = () => {};
  let reconciledAt = 0;

  const idle = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, times.pollMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function turn(): Promise<void> {
    while ((await handOver(root, broker, isNew)) === BATCH);
    if (performance.now() - reconciledAt < times.reconcileMs) return;
    while ((await handOver(root, broker, isForgotten(times.forgottenMs))) === BATCH);
    reconciledAt = performance.now();
  }

  async function loop(): Promise<void> {
    while (!isStopping) {
      const woken = idle();
      try {
        await turn();
        isReady = true;
      } catch (error) {
        if (isReady) log.warn({ err: error }, "jobs cannot be handed over; trying again");
        isReady = false;
      }
      await woken;
    }
  }

  const listening = db.$client
    .listen(JOBS_CHANNEL, () => wake())
    .catch((error: unknown) => {
      log.warn({ err: error }, "not listening for jobs; polling alone finds them");
      return null;
    });
  const running = loop();
  return {
    isReady: () => isReady,
    async stop() {
      isStopping = true;
      wake();
      await running;
      await (await listening)?.unlisten();
    },
  };
}
