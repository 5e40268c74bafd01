import { and, eq } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import { type ConnectorOperation, plainText } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { checkSameProduct, type OperationRow, publishOperation } from "@/server/decisions";
import { AppError, type ServiceContext } from "@/server/platform";
import { beginOperation, type Held } from "./begin-operation";
import { completeOperation, failOperation } from "./finish-operation";
import { loadOperation } from "./read-operation";

const POLL_MS = 1000;

/**
 * Runs a queued operation, or takes up one whose worker died. The product runs an operation id
 * once, whoever asks and however often, so a crash at any line here cannot run it twice.
 * An operation on another data product fails before it starts. Throws when the outcome is not known
 * yet, and the caller tries again: `product_unreachable`, `not_executable` (another product knows it).
 * Answers when to come back for one that may not begin yet; null: its turn is over.
 */
export async function runOperation({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { operationId: string; product: DataProduct; signal: AbortSignal };
}): Promise<Held | null> {
  const row = await loadOperation(ctx.db, input.operationId);
  const refusal = checkSameProduct(row, input.product);
  if (refusal !== null && row.state === "queued") {
    await failOperation({ ctx, input: { row, error: refusal } });
    return null;
  }
  if (row.state !== "queued") {
    await runStarted(ctx, row, { ...input, refusal });
    return null;
  }
  const begun = await beginOperation({ ctx, input: { row, product: input.product } });
  if (begun === null || "delayMs" in begun) return begun;
  await runStarted(ctx, begun, { ...input, refusal });
  return null;
}

async function runStarted(
  ctx: ServiceContext,
  row: OperationRow,
  input: { product: DataProduct; signal: AbortSignal; refusal: AppError | null },
): Promise<void> {
  const { refusal } = input;
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
