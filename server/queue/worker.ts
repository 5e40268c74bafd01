import { randomUUID } from "node:crypto";
import { type JobKind, JobPayload } from "@/server/contracts";
import { AppError, type Root, type Transaction, toAppError } from "@/server/platform";
import type { Broker, Delivery, Next } from "@/server/platform/broker";
import { type ClaimedJob, claimJob, renewLease, settleJob } from "./claim-job";
import type { QueueName } from "./relay";
import { retryDelaySeconds, STALLS_MAX } from "./retry-policy";

/** A worker that was killed is replaced about this long afterwards. */
const LEASE_MS = 12_000;
const PAUSE_MS = 1000;

export interface JobHandler {
  /**
   * Throws to have it tried again, and PostponedJob to have it done later. Must end soon after the signal aborts.
   */
  run(job: ClaimedJob, signal: AbortSignal): Promise<void>;
  /**
   * Ends what the job was for when it is given up, so that nothing waits for it for ever. May be
   * called again after a crash.
   */
  giveUp(job: ClaimedJob, error: AppError): Promise<void>;
}

/** Thrown by a handler whose work may not begin yet, through no fault of its own. */
export class PostponedJob extends Error {
  constructor(readonly delayMs: number) {
    super(`Postponed by ${delayMs} ms.`);
  }
}

export interface WorkerOptions {
  queue: QueueName;
  /** Jobs at the same time. */
  concurrency: number;
  handlers: Partial<Record<JobKind, JobHandler>>;
  /** Not now: for example no proof while a live verification is being measured. No slot is held. */
  isPaused?: () => Promise<boolean>;
  /** A step of the transaction in which a job becomes dead. */
  onDead?: (dead: { tx: Transaction; input: { job: ClaimedJob; error: string } }) => Promise<void>;
  leaseMs?: number;
}

interface JobWorker {
  /** True once it takes jobs. */
  isReady(): boolean;
  /** Aborts what runs, gives it back to the queue, and waits for it. */
  stop(): Promise<void>;
}

/** Takes jobs of one queue and runs each under a lease that is renewed meanwhile. */
export function startWorker(root: Root, broker: Broker, options: WorkerOptions): JobWorker {
  const { leaseMs = LEASE_MS } = options;
  const stopping = new AbortController();
  const runner = new JobRunner(root, { ...options, leaseMs, stopping: stopping.signal });
  const { queue, concurrency } = options;
  const consumer = broker.consume(queue, { concurrency, lockMs: leaseMs }, (delivery) =>
    runner.deliver(delivery),
  );
  return {
    isReady: () => consumer.isReady(),
    async stop() {
      stopping.abort(new Error("the process is stopping"));
      await consumer.close();
    },
  };
}

const DONE: Next = { outcome: "done" };
const after = (delayMs: number): Next => ({ outcome: "delayed", delayMs });

class JobRunner {
  constructor(
    private readonly root: Root,
    private readonly options: WorkerOptions & { leaseMs: number; stopping: AbortSignal },
  ) {}

  /** One delivery of the broker: at most one execution, however often the same job is delivered. */
  async deliver({ data }: Delivery): Promise<Next> {
    const { isPaused, stopping, leaseMs } = this.options;
    if (stopping.aborted) return { outcome: "returned" };
    if (await isPaused?.()) return after(PAUSE_MS);
    const payload = JobPayload.safeParse(data);
    if (!payload.success) {
      this.root.log.error({ data }, "a delivery names no job; it is dropped");
      return DONE;
    }
    const { job_id: id } = payload.data;
    const claim = await claimJob(this.root.db, { id, token: randomUUID(), leaseMs });
    if (claim.state === "gone") return DONE;
    if (claim.state === "early") return after(claim.delayMs);
    return this.execute(claim.job);
  }

  private async execute(job: ClaimedJob): Promise<Next> {
    const { log, db } = this.root;
    const handler = this.options.handlers[job.kind] ?? UNKNOWN_KIND;
    log.info({ job }, "job started");
    const lease = this.holdLease(job);
    try {
      if (job.stalls > STALLS_MAX) throw diedTooOften(job);
      await handler.run(job, lease.signal);
      const isOurs = await settleJob(db, job, { state: "done" });
      log.info({ job: job.id }, isOurs ? "job done" : "job done after its lease was lost");
      return DONE;
    } catch (error) {
      if (error instanceof PostponedJob) return await this.postpone(job, error.delayMs);
      return await this.settleFailure(handler, job, error, lease.signal);
    } finally {
      lease.release();
    }
  }

  /** It waits for its time in the store, and counts as not attempted. */
  private async postpone(job: ClaimedJob, delayMs: number): Promise<Next> {
    await settleJob(this.root.db, job, { state: "returned", delayMs });
    return this.options.stopping.aborted ? { outcome: "returned" } : after(delayMs);
  }

  /** A signal that aborts when the lease is lost, cannot be renewed in time, or the worker stops. */
  private holdLease(job: ClaimedJob): { signal: AbortSignal; release: () => void } {
    const { leaseMs, stopping } = this.options;
    const lost = new AbortController();
    let renewedAt = performance.now();
    const renew = async () => {
      const begun = performance.now();
      if (await renewLease(this.root.db, job, leaseMs)) renewedAt = begun;
      else lost.abort(new AppError("conflict", "The lease was lost."));
    };
    const timer = setInterval(() => {
      if (performance.now() - renewedAt > leaseMs) {
        lost.abort(new AppError("unavailable", "The lease could not be renewed in time."));
      }
      renew().catch((error: unknown) =>
        this.root.log.warn({ err: error, job: job.id }, "renewing the lease failed"),
      );
    }, leaseMs / 4);
    return {
      signal: AbortSignal.any([stopping, lost.signal]),
      release: () => clearInterval(timer),
    };
  }

  private async settleFailure(
    handler: JobHandler,
    job: ClaimedJob,
    thrown: unknown,
    signal: AbortSignal,
  ): Promise<Next> {
    const { db, log } = this.root;
    if (this.options.stopping.aborted) {
      await settleJob(db, job, { state: "returned" });
      return { outcome: "returned" };
    }
    // Whoever has it now goes on; when nobody has, it is delivered again.
    if (signal.aborted) return after(this.options.leaseMs);
    const error = toAppError(thrown);
    const { attempts, stalls } = job;
    const delay =
      stalls > STALLS_MAX
        ? null
        : // An execution whose worker was killed says nothing of the job.
          retryDelaySeconds(job.kind, {
            ...{ attempts: attempts - stalls, code: error.code },
            retryAfterSeconds: toldSeconds(error),
          });
    log.warn({ err: thrown, job: job.id, delay }, "job failed");
    const text = describeError(thrown);
    if (delay === null) {
      await handler
        .giveUp(job, error)
        .catch((cause: unknown) =>
          log.error({ err: cause, job: job.id }, "what a dead job was for could not be ended"),
        );
      await this.bury(job, text);
      return DONE;
    }
    await settleJob(db, job, { state: "queued", delayMs: delay * 1000, error: text });
    return after(delay * 1000);
  }

  private async bury(job: ClaimedJob, error: string): Promise<void> {
    await this.root.db.transaction(async (tx) => {
      const isOurs = await settleJob(tx, job, { state: "dead", error });
      if (isOurs) await this.options.onDead?.({ tx, input: { job, error } });
    });
  }
}

/** A job of a kind that only newer processes know: they get it after a while. */
const UNKNOWN_KIND: JobHandler = {
  run: (job) => Promise.reject(new AppError("internal", `Nothing here handles ${job.kind}.`)),
  giveUp: async () => {},
};

function diedTooOften({ stalls }: ClaimedJob): AppError {
  return new AppError("internal", `Its worker died or lost its lease ${stalls} times.`);
}

const toldSeconds = ({ details }: AppError): number | undefined =>
  typeof details?.retry_after_seconds === "number" ? details.retry_after_seconds : undefined;

const ERROR_LENGTH_MAX = 2000;

/** For administrators: the code and the message, with the cause of what is not explained by them. */
function describeError(thrown: unknown): string {
  const { code, message, cause } = toAppError(thrown);
  const why = code === "internal" && cause instanceof Error ? ` (${cause.message})` : "";
  return `${code}: ${message}${why}`.slice(0, ERROR_LENGTH_MAX);
}
