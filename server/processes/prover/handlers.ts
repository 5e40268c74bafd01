import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { and, eq, or, sql } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import type { DataProduct } from "@/server/data-product";
import { failProof, runProof } from "@/server/decisions";
import {
  cleanUpOperation,
  noteUnknownOutcome,
  runOperation,
  verifyOperation,
} from "@/server/execution";
import { AppError, type ClaimedJob, env, type ServiceContext, toAppError } from "@/server/platform";
import type { JobHandler } from "./worker";

const PROOF_ATTEMPTS_MAX = 3;
const RETRY_SECONDS_MAX = 60;

export function proofHandler(ctx: ServiceContext, product: DataProduct): JobHandler {
  const root = resolve(env().SIDECAR_DATA_DIR, "prover");
  return async (job, signal) => {
    const workDir = join(root, "work", `${job.subjectId}-${job.attempts}`);
    await mkdir(workDir, { recursive: true });
    try {
      const dirs = { cacheDir: join(root, "exports"), workDir };
      const isBusy = () => isLiveMeasurementRunning(ctx, product.productId);
      const input = { suggestionId: job.subjectId, product, dirs, isBusy, signal };
      await runProof({ ctx, input });
    } finally {
      await rm(workDir, { recursive: true, force: true });
    }
  };
}

/** A proof that failed for a passing reason is made again, from the start. */
export function retryProof(job: ClaimedJob, code: string): number | null {
  if (code === "not_executable") return null;
  return job.attempts < PROOF_ATTEMPTS_MAX ? 2 ** job.attempts : null;
}

export async function giveUpProof(ctx: ServiceContext, job: ClaimedJob, error: unknown) {
  await failProof({ ctx, input: { suggestionId: job.subjectId, error: toAppError(error) } });
}

export function operationHandler(ctx: ServiceContext, product: DataProduct): JobHandler {
  return async (job, signal) => {
    const input = { operationId: job.subjectId, product, signal };
    switch (job.kind) {
      case "execute":
        return runOperation(ctx, input).catch(async (error) => {
          await noteUnknownOutcome(ctx, job.subjectId);
          throw error;
        });
      case "verify":
        return verifyOperation(ctx, input);
      case "cleanup":
        return cleanUpOperation(ctx, input);
      case "prove":
        throw new AppError("internal", "Proofs are not operations.");
    }
  };
}

/** The outcome of an operation is only known by the product: it is asked until it answers. */
export function retryOperation(job: ClaimedJob): number {
  return Math.min(RETRY_SECONDS_MAX, 2 ** Math.min(job.attempts, 6));
}

/**
 * True while something is executed on this product or its live workload is being measured: proofs
 * would disturb.
 */
export async function isLiveMeasurementRunning(
  ctx: ServiceContext,
  productId: string,
): Promise<boolean> {
  // No verification yet: it is about to begin.
  const watching = sql`coalesce(${operations.verification}->>'state', 'watching') = 'watching'`;
  const [row] = await ctx.db
    .select({ id: operations.id })
    .from(operations)
    .where(
      and(
        // One of another product may wait here for ever.
        eq(operations.productId, productId),
        or(
          eq(operations.state, "executing"),
          and(eq(operations.state, "executed"), eq(operations.kind, "execute"), watching),
        ),
      ),
    )
    .limit(1);
  return row !== undefined;
}
