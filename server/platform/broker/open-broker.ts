import { DelayedError, type Job, WaitingError } from "bullmq";
import type { Settings } from "../env";
import type { Logger } from "../log";
import { type BullQueue, type BullStore, connectPostgres, connectRedis } from "./connect";
import { migrateQueueStore } from "./migrate-store";
import type { Broker, Delivery, Next, SharedBroker } from "./port";

/** A delivery whose handling threw comes back after this long. */
const FAULT_MS = 1000;
/** A schedule whose next turn is this late was lost, and is made again. */
const SCHEDULE_LATE_MS = 60_000;
/** Rows count attempts, not the broker: it never gives up by itself. */
const STALLS_MAX = 1_000_000;
const FORGET = { removeOnComplete: true, removeOnFail: true };

/** BullMQ on Redis where REDIS_URL names one, otherwise on the sidecar's own PostgreSQL. */
export function openBroker(
  settings: Pick<Settings, "REDIS_URL" | "DATABASE_URL">,
  log: Logger,
): Broker {
  const onError = (error: Error) => log.warn({ err: error }, "queue connection");
  const { REDIS_URL, DATABASE_URL } = settings;
  const store =
    REDIS_URL === undefined
      ? connectPostgres(DATABASE_URL, onError)
      : connectRedis(REDIS_URL, onError);
  return createBroker(store, log);
}

/**
 * The broker that several sidecars share for their messages: BullMQ on the Redis or PostgreSQL at `url`.
 * Call `prepare` before it is used.
 */
export function openSharedBroker(url: string, log: Logger): SharedBroker {
  const onError = (error: Error) =>
    log.warn({ err: error }, "connection to the broker of messages");
  const isPostgres = /^postgres/.test(url);
  const store = isPostgres ? connectPostgres(url, onError) : connectRedis(url, onError);
  return {
    ...createBroker(store, log),
    prepare: () => (isPostgres ? migrateQueueStore(url) : store.ping()),
  };
}

function createBroker(store: BullStore, log: Logger): Broker {
  const queues = new Map<string, BullQueue>();
  const queueOf = (name: string): BullQueue => {
    const queue = queues.get(name) ?? store.openQueue(name);
    queues.set(name, queue);
    return queue;
  };
  return {
    kind: store.kind,
    async add(name, offers) {
      const jobs = offers.map(({ id, data, delayMs, priority }) => ({
        name,
        data,
        opts: { ...FORGET, jobId: id, delay: delayMs, priority },
      }));
      await queueOf(name).addBulk(jobs);
    },
    async schedule(name, id, everyMs, data) {
      const queue = queueOf(name);
      if (everyMs <= 0) return void (await queue.removeJobScheduler(id));
      const known = await queue.getJobScheduler(id);
      const isAlive = (known?.next ?? 0) > Date.now() - SCHEDULE_LATE_MS;
      if (known?.every === everyMs && isAlive) return;
      await queue.upsertJobScheduler(id, { every: everyMs }, { name: id, data, opts: FORGET });
    },
    consume(name, { concurrency, lockMs }, handle) {
      const worker = store.openWorker(
        name,
        (job, token) => deliver(job, token ?? "", handle, log),
        {
          concurrency,
          lockDuration: lockMs,
          stalledInterval: Math.max(500, Math.round(lockMs / 3)),
          maxStalledCount: STALLS_MAX,
          // How soon taking is tried again after the store failed.
          runRetryDelay: 1000,
        },
      );
      return { isReady: () => worker.isRunning(), close: () => worker.close() };
    },
    ping: () => store.ping(),
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      await store.close();
    },
  };
}

/** Runs one delivery and tells BullMQ what becomes of it, in its way: by errors it knows. */
async function deliver(
  job: Job,
  token: string,
  handle: (delivery: Delivery) => Promise<Next>,
  log: Logger,
): Promise<void> {
  const next = await handle({ id: job.id ?? "", data: job.data }).catch((error: unknown): Next => {
    log.error({ err: error, job: job.id }, "a delivery could not be handled");
    return { outcome: "delayed", delayMs: FAULT_MS };
  });
  if (next.outcome === "done") return;
  try {
    if (next.outcome === "delayed")
      await job.moveToDelayed(Date.now() + Math.ceil(next.delayMs), token);
    else await job.moveToWait(token);
  } catch (error) {
    // Its lock was lost: whoever has it now, or the next hand-over, goes on with it.
    log.debug({ err: error, job: job.id }, "a delivery was no longer ours to give back");
  }
  throw next.outcome === "delayed" ? new DelayedError() : new WaitingError();
}
