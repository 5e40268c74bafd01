import { and, eq } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import { type ConnectorOperation, plainText } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import {
  checkSameProduct,
  type OperationRow,
  publishOperation,
  transitionOperation,
} from "@/server/decisions";
import { AppError, isUniqueViolation, type ServiceContext } from "@/server/platform";
import { readLiveBefore } from "./expected-outcome";
import { completeOperation, failOperation } from "./finish-operation";
import { loadOperation } from "./read-operation";

const POLL_MS = 1000;

/**
 * Runs a queued operation, or takes up one whose worker died. The product runs an operation id
 * once, whoever asks and however often, so a crash at any line here cannot run it twice.
 * An operation on another data product fails before it starts. Throws when the outcome is not known
 * yet, and the caller tries again: `product_unreachable`, `not_executable` (another product knows it).
 */
export async function runOperation({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { operationId: string; product: DataProduct; signal: AbortSignal };
}): Promise<void> {
  let row = await loadOperation(ctx.db, input.operationId);
  const refusal = checkSameProduct(row, input.product);
  if (refusal !== null && row.state === "queued")
    return failOperation({ ctx, input: { row, error: refusal } });
  if (row.state === "queued") row = await startOperation(ctx, row, input.product);
  if (row.state !== "executing") return;
  if (refusal !== null) throw refusal;
  const outcome = await executeOnce(ctx, row, input);
  if (outcome instanceof AppError) {
    await failOperation({ ctx, input: { row, error: outcome } });
  } else if (outcome.state === "succeeded") {
    await completeOperation({ ctx, input: { row, outcome } });
  } else {
    const error = new AppError("product_refused", plainText(outcome.error ?? "It failed."));
    await failOperation({ ctx, input: { row, error } });
  }
}

/** Takes the product's lock (a unique index on running operations) and notes the live latencies. */
async function startOperation(
  ctx: ServiceContext,
  row: OperationRow,
  product: DataProduct,
): Promise<OperationRow> {
  const liveBefore = await readLiveBefore({ ctx, input: { product } });
  return ctx.db
    .transaction((tx) =>
      transitionOperation({
        tx,
        ctx,
        input: {
          id: row.id,
          transition: "start",
          set: {
            startedAt: ctx.clock.now(),
            liveBefore,
            progress: { message: "Running on the data product in one transaction", fraction: 0.2 },
          },
        },
      }),
    )
    .catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new AppError("conflict", "Another operation is running on this data product.");
    });
}

/** What the product made of it, or why it certainly did not run. Throws while the outcome is open. */
async function executeOnce(
  ctx: ServiceContext,
  row: OperationRow,
  { product, signal }: { product: DataProduct; signal: AbortSignal },
): Promise<ConnectorOperation | AppError> {
  let known = await product.getOperation(row.id, signal);
  if (known === null) {
    const request = {
      operation_id: row.id,
      statements: row.plan.statements,
      expected_schema_fingerprint: row.schemaFingerprint,
    };
    return product.execute(request, signal).catch(refusalOf);
  }
  while (known.state === "running") {
    await reportProgress(ctx, row, { message: "The data product is still at it", fraction: 0.5 });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    signal.throwIfAborted();
    known = (await product.getOperation(row.id, signal)) ?? known;
  }
  return known;
}

/** Only a refused execution certainly did not run: a refused question about it says nothing. */
function refusalOf(error: unknown): AppError {
  const isRefusal =
    error instanceof AppError && ["schema_changed", "product_refused"].includes(error.code);
  if (!isRefusal) throw error;
  return error;
}

/** Note for people while the outcome is not known: the product does not answer. */
export async function noteUnknownOutcome({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { operationId: string };
}): Promise<void> {
  const row = await loadOperation(ctx.db, input.operationId);
  if (row.state !== "executing") return;
  await reportProgress(ctx, row, {
    message: "The data product does not answer; it is asked again for up to a day",
    fraction: row.progress.fraction,
  });
}

/** Progress line of a running operation; no state change, so no audit row. */
async function reportProgress(
  ctx: ServiceContext,
  row: OperationRow,
  progress: OperationRow["progress"],
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(operations)
      .set({ progress })
      .where(and(eq(operations.id, row.id), eq(operations.state, "executing")));
    await publishOperation({ tx, input: row });
  });
}
