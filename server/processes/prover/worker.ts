import { hostname } from "node:os";
import type { JobKind } from "@/server/contracts";
import {
  type ClaimedJob,
  claimJob,
  finishJob,
  type Logger,
  newId,
  renewLease,
  type ServiceContext,
  toAppError,
} from "@/server/platform";

const LEASE_SECONDS = 15;
const RENEW_EVERY_MS = 4000;
/** Fallback for an event lost with its connection. */
const POLL_MS = 1000;

/** Runs one job. Throws to have it tried again after the returned delay of `retryAfter`. */
export type JobHandler = (job: ClaimedJob, signal: AbortSignal) => Promise<void>;

export interface Worker {
  wake(): void;
  /** Aborts what runs, gives it back to the queue, and waits for it. */
  stop(): Promise<void>;
}

/**
 * Claims and runs jobs of some kinds, one at a time, under a lease renewed while they run.
 * A worker that dies loses its lease, and another takes the job up.
 */
export function startWorker(
  ctx: ServiceContext,
  options: {
    kinds: JobKind[];
    handle: JobHandler;
    /** Seconds until a failed attempt is repeated; null: give up. */
    retryAfter: (job: ClaimedJob, code: string) => number | null;
    /** Called once when a job is given up. */
    giveUp: (job: ClaimedJob, error: unknown) => Promise<void>;
    /** Not now: for example no proof while a live verification is being measured. */
    isPaused?: () => Promise<boolean>;
    log: Logger;
  },
): Worker {
  const worker = `${hostname()}:${process.pid}:${newId("req")}`;
  const stopping = new AbortController();
  let wake = () => {};

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const job = await claim().catch((error) => {
        options.log.error({ err: error }, "claiming a job failed");
        return null;
      });
      if (job) await run(job);
      else await idle();
    }
  }

  async function claim(): Promise<ClaimedJob | null> {
    if (await options.isPaused?.()) return null;
    return claimJob(ctx.db, { worker, kinds: options.kinds, leaseSeconds: LEASE_SECONDS });
  }

  function idle(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(job: ClaimedJob): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([stopping.signal, lost.signal]);
    const renewal = setInterval(() => {
      renewLease(ctx.db, job, worker, LEASE_SECONDS).then(
        (isOurs) => isOurs || lost.abort(new Error("the lease was lost")),
        (error) => options.log.warn({ err: error, job: job.id }, "renewing the lease failed"),
      );
    }, RENEW_EVERY_MS);
    options.log.info({ job }, "job started");
    try {
      await options.handle(job, signal);
      await finishJob(ctx.db, job, worker, { state: "done" });
      options.log.info({ job: job.id }, "job done");
    } catch (error) {
      await settleFailure(job, error).catch((cause) =>
        options.log.error({ err: cause, job: job.id }, "a failed job could not be settled"),
      );
    } finally {
      clearInterval(renewal);
    }
  }

  async function settleFailure(job: ClaimedJob, thrown: unknown): Promise<void> {
    if (stopping.signal.aborted) {
      await finishJob(ctx.db, job, worker, { retryInSeconds: 0, error: "worker stopped" });
      return;
    }
    const error = toAppError(thrown);
    const retryInSeconds = options.retryAfter(job, error.code);
    options.log.warn({ err: thrown, job: job.id, retryInSeconds }, "job failed");
    if (retryInSeconds !== null) {
      await finishJob(ctx.db, job, worker, { retryInSeconds, error: error.message });
      return;
    }
    await options.giveUp(job, error);
    await finishJob(ctx.db, job, worker, { state: "dead", error: error.message });
  }

  const running = loop();
  return {
    wake: () => wake(),
    async stop() {
      stopping.abort(new Error("the process is stopping"));
      wake();
      await running;
    },
  };
}
