import type { Operation } from "@/server/contracts";
import {
  assertVisible,
  type OperationRow,
  publishOperation,
  toOperation,
  transitionOperation,
  transitionSuggestion,
} from "@/server/decisions";
import { assertCan } from "@/server/identity";
import { AppError, type ServiceContext, type Transaction } from "@/server/platform";
import { withdrawJob } from "@/server/queue";
import { loadOperation, lockSuggestion } from "./read-operation";

/**
 * Takes back an operation that has not begun: one that is scheduled, held, or waits for its turn. A suggestion
 * that was to be executed is approved as before. Throws `forbidden`, `not_found`, `conflict` (it has begun).
 */
export async function withdrawOperation({
  ctx,
  input: { operation_id: id },
}: {
  ctx: ServiceContext;
  input: { operation_id: string };
}): Promise<Operation> {
  const known = await loadOperation(ctx.db, id);
  assertCan(ctx.actor, known.kind === "execute" ? "operation.execute" : "operation.revert");
  await assertVisible({ ctx, input: { suggestion_id: known.suggestionId } });
  const error = new AppError("conflict", `Taken back by ${ctx.actor.label} before it began.`);
  const row = await ctx.db.transaction(async (tx) => {
    await lockSuggestion(tx, known.suggestionId);
    const failed = await takeBack({ tx, ctx, input: { row: known, error } });
    await withdrawJob({ tx, input: { kind: "execute", subjectId: id } });
    return failed;
  });
  return toOperation(row);
}

/**
 * Ends a queued operation of which nothing ran; its suggestion is as it was before it was asked for. A step of the
 * transaction that holds the suggestion. Throws `conflict` for one that has begun.
 */
export async function takeBack({
  tx,
  ctx,
  input: { row, error },
}: {
  tx: Transaction;
  ctx: ServiceContext;
  input: { row: OperationRow; error: AppError };
}): Promise<OperationRow> {
  const shown = { code: error.code, message: error.message };
  if (row.kind === "execute") {
    await transitionSuggestion({
      tx,
      ctx,
      input: {
        id: row.suggestionId,
        transition: "withdrawExecution",
        note: { operation_id: row.id, why: error.message },
      },
    });
  }
  const failed = await transitionOperation({
    tx,
    ctx,
    input: {
      id: row.id,
      transition: "withdraw",
      set: {
        error: shown,
        finishedAt: ctx.clock.now(),
        progress: { message: "Taken back; nothing was changed", fraction: 1 },
      },
      note: { error: shown },
    },
  });
  await publishOperation({ tx, input: failed });
  return failed;
}
