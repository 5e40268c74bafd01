import { and, eq, ne } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import { allows } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { checkSameProduct, type OperationRow } from "@/server/decisions";
import { recordAudit, type ServiceContext } from "@/server/platform";
import { loadOperation, lockSuggestion } from "./read-operation";

/**
 * Drops an execution's undo data once its revert window has closed; it is then not reversible.
 * Does nothing while a rollback was asked for: that one needs the data.
 * Throws `not_executable` for an operation on another product: the data are not here.
 */
export async function cleanUpOperation({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { operationId: string; product: DataProduct; signal: AbortSignal };
}): Promise<void> {
  const row = await loadOperation(ctx.db, input.operationId);
  if (!allows("operation", "revert", row.state)) return;
  const refusal = checkSameProduct(row, input.product);
  if (refusal !== null) throw refusal;
  if (!(await withdrawReversibility(ctx, row))) return;
  await input.product.execute(
    { operation_id: `${row.id}-cleanup`, statements: row.plan.cleanup_statements },
    input.signal,
  );
}

/**
 * First the promise is withdrawn, then the data goes: never the other way round. False while a
 * rollback is queued, runs or has run: it needs the undo data.
 */
async function withdrawReversibility(ctx: ServiceContext, row: OperationRow): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    await lockSuggestion(tx, row.suggestionId);
    const [rollback] = await tx
      .select({ id: operations.id })
      .from(operations)
      .where(
        and(
          eq(operations.suggestionId, row.suggestionId),
          eq(operations.kind, "revert"),
          ne(operations.state, "failed"),
        ),
      );
    if (rollback !== undefined) return false;
    await tx
      .update(operations)
      .set({ plan: { ...row.plan, is_reversible: false } })
      .where(eq(operations.id, row.id));
    await recordAudit(tx, ctx, {
      action: "operation.clean_up",
      subjectType: "operation",
      subjectId: row.id,
      after: { is_reversible: false },
    });
    return true;
  });
}
