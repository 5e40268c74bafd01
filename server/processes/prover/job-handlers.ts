import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DataProduct } from "@/server/data-product";
import { failProof, runProof } from "@/server/decisions";
import {
  cleanUpOperation,
  giveUpOperation,
  type Held,
  isProductBusy,
  noteUnknownOutcome,
  runOperation,
  verifyOperation,
} from "@/server/execution";
import { notify } from "@/server/notify";
import type { ServiceContext } from "@/server/platform";
import { type ClaimedJob, type JobHandler, PostponedJob, type WorkerOptions } from "@/server/queue";

/** A proof that failed for a passing reason is made again, from the start. */
export function proofHandler(ctx: ServiceContext, connect: () => DataProduct): JobHandler {
  const root = resolve(ctx.settings.SIDECAR_DATA_DIR, "prover");
  return {
    async run(job, signal) {
      const workDir = join(root, "work", `${job.subjectId}-${job.attempts}`);
      const product = connect();
      await mkdir(workDir, { recursive: true });
      try {
        const dirs = { cacheDir: join(root, "exports"), workDir };
        const isBusy = () => isProductBusy({ ctx, input: { productId: product.productId } });
        const input = { suggestionId: job.subjectId, product, dirs, isBusy, signal };
        await runProof({ ctx, input });
      } finally {
        await rm(workDir, { recursive: true, force: true });
      }
    },
    giveUp: (job, error) => failProof({ ctx, input: { suggestionId: job.subjectId, error } }),
  };
}

/** Handlers of what is done with an operation: it is run, watched, and its undo data dropped. */
export function operationHandlers(ctx: ServiceContext, connect: () => DataProduct) {
  const input = (job: ClaimedJob, signal: AbortSignal) => ({
    operationId: job.subjectId,
    product: connect(),
    signal,
  });
  const giveUp: JobHandler["giveUp"] = (job, error) =>
    giveUpOperation({ ctx, input: { operationId: job.subjectId, error } });
  const execute: JobHandler = {
    async run(job, signal) {
      let held: Held | null = null;
      try {
        held = await runOperation({ ctx, input: input(job, signal) });
      } catch (error) {
        await noteUnknownOutcome({ ctx, input: { operationId: job.subjectId } });
        throw error;
      }
      if (held !== null) throw new PostponedJob(held.delayMs);
    },
    giveUp,
  };
  const verify: JobHandler = {
    run: async (job, signal) => {
      const held = await verifyOperation({ ctx, input: input(job, signal) });
      if (held !== null) throw new PostponedJob(held.delayMs);
    },
    giveUp,
  };
  const cleanup: JobHandler = {
    run: (job, signal) => cleanUpOperation({ ctx, input: input(job, signal) }),
    // The undo data stay; the dead job says so to administrators.
    giveUp: async () => {},
  };
  return { execute, verify, cleanup };
}

/** Administrators are told of a job that was given up. */
export const tellOfDeadJob =
  (ctx: ServiceContext): NonNullable<WorkerOptions["onDead"]> =>
  async ({ tx, input: { job, error } }) => {
    const subject = { type: "job", id: String(job.id) } as const;
    await notify({ tx, ctx, input: { event: "job_dead", subject, details: { error } } });
  };
