import type { Verification } from "@/server/contracts";
import type { OperationRow } from "@/server/decisions";
import { AppError, type ServiceContext } from "@/server/platform";
import { concludeVerification } from "./conclude-verification";
import { failOperation } from "./finish-operation";
import { loadOperation } from "./read-operation";

/**
 * Ends an operation whose work was given up, so that nothing waits for it: one that has not
 * finished fails, one that was executed keeps its state and its verification is inconclusive. Safe
 * to repeat.
 */
export async function giveUpOperation({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { operationId: string; error: AppError };
}): Promise<void> {
  const row = await loadOperation(ctx.db, input.operationId);
  if (row.state === "queued") return failOperation({ ctx, input: { row, error: input.error } });
  if (row.state === "executing") {
    return failOperation({
      ctx,
      input: {
        row,
        error: unknownOutcome(input.error),
        outcome: "Given up; the outcome is not known",
      },
    });
  }
  if (row.state === "executed" && row.kind === "execute") {
    await concludeVerification({
      ctx,
      input: { row, verification: inconclusive(row, input.error, ctx.clock.now()) },
    });
  }
}

function unknownOutcome(error: AppError): AppError {
  return new AppError(
    error.code,
    "Its outcome is not known: the data product may have run it or not. " +
      `Compare its schema before trying again. (${error.message})`,
    { cause: error },
  );
}

function inconclusive(row: OperationRow, error: AppError, now: Date): Verification {
  return {
    ...row.verification,
    state: "inconclusive",
    is_suspect: false,
    window_started_at: (row.finishedAt ?? now).toISOString(),
    window_ended_at: now.toISOString(),
    queries: row.verification?.queries ?? [],
    summary: `The live workload could not be measured: ${error.message}`,
  };
}
