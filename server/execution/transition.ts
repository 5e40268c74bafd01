import { and, eq, inArray } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import type { OperationState } from "@/server/contracts";
import type { OperationRow } from "@/server/decisions";
import { AppError, recordAudit, type ServiceContext, type Transaction } from "@/server/platform";

/** The only way an operation changes state: one conditional UPDATE and its audit row. */
export async function moveOperation(
  tx: Transaction,
  ctx: Pick<ServiceContext, "actor" | "requestId">,
  move: {
    id: string;
    from: OperationState[];
    to: OperationState;
    action: string;
    set?: Partial<typeof operations.$inferInsert>;
    note?: Record<string, unknown>;
  },
): Promise<OperationRow> {
  const [row] = await tx
    .update(operations)
    .set({ ...move.set, state: move.to })
    .where(and(eq(operations.id, move.id), inArray(operations.state, move.from)))
    .returning();
  if (row === undefined) {
    throw new AppError("conflict", `Operation ${move.id} is no longer ${move.from.join(" or ")}.`);
  }
  await recordAudit(tx, ctx, {
    action: move.action,
    subjectType: "operation",
    subjectId: move.id,
    before: { state: move.from },
    after: { state: move.to, suggestion_id: row.suggestionId, ...move.note },
  });
  return row;
}

/** Tells live pages that an operation (and so its suggestion) changed. */
export async function announceOperation(ctx: ServiceContext, row: OperationRow): Promise<void> {
  await ctx.bus.publish({ topic: "operation", id: row.id, suggestion_id: row.suggestionId });
  await ctx.bus.publish({ topic: "suggestion", id: row.suggestionId });
}

/** Progress line of a running operation; no state change, so no audit row. */
export async function reportProgress(
  ctx: ServiceContext,
  row: OperationRow,
  progress: OperationRow["progress"],
): Promise<void> {
  await ctx.db.update(operations).set({ progress }).where(eq(operations.id, row.id));
  await announceOperation(ctx, row);
}
