import { eq } from "drizzle-orm";
import { operations, suggestions } from "@/drizzle/schema";
import type { Operation, SuggestionState } from "@/server/contracts";
import { assertVisible, type OperationRow, toOperation } from "@/server/decisions";
import { assertCan } from "@/server/identity";
import { AppError, type Database, type ServiceContext, type Transaction } from "@/server/platform";

/** The row of an operation. Throws `not_found`. */
export async function loadOperation(db: Database, id: string): Promise<OperationRow> {
  const [row] = await db.select().from(operations).where(eq(operations.id, id));
  if (row === undefined) throw new AppError("not_found", `There is no operation ${id}.`);
  return row;
}

/**
 * Locks a suggestion's row, always before those of its operations, and returns its state.
 * Throws `not_found`.
 */
export async function lockSuggestion(tx: Transaction, id: string): Promise<SuggestionState> {
  const [row] = await tx
    .select({ state: suggestions.state })
    .from(suggestions)
    .where(eq(suggestions.id, id))
    .for("update");
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  return row.state;
}

/** One operation with progress, statements, verification. Throws `not_found`. */
export async function getOperation({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { operation_id: string };
}): Promise<Operation> {
  assertCan(ctx.actor, "operation.read");
  const row = await loadOperation(ctx.db, input.operation_id);
  await assertVisible({ ctx, input: { suggestion_id: row.suggestionId } });
  return toOperation(row);
}
