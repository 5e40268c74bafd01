import { and, eq, inArray, sql } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import {
  type KeepRequest,
  type Operation,
  TRANSITIONS,
  type Verification,
} from "@/server/contracts";
import {
  assertVisible,
  type OperationRow,
  publishOperation,
  toOperation,
} from "@/server/decisions";
import { assertCan } from "@/server/identity";
import { notify } from "@/server/notify";
import { AppError, recordAudit, type ServiceContext, type Transaction } from "@/server/platform";
import { withdrawJob } from "@/server/queue";
import { lockSuggestion } from "./read-operation";
import { takeBack } from "./withdraw-operation";

/**
 * Keeps a change although the live workload regressed: its automatic rollback is taken back, or never begins. Whoever
 * may roll it back may keep it. Throws `forbidden`, `not_found`, `conflict` (it did not regress, is kept already, or
 * its rollback has begun).
 */
export async function keepExecution({
  ctx,
  input: { suggestion_id: id, reason },
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string } & KeepRequest;
}): Promise<Operation> {
  assertCan(ctx.actor, "operation.revert");
  await assertVisible({ ctx, input: { suggestion_id: id } });
  const row = await ctx.db.transaction(async (tx) => {
    await lockSuggestion(tx, id);
    await withdrawRollback(tx, ctx, id);
    const kept = { by: ctx.actor.label, reason, at: ctx.clock.now().toISOString() };
    const operation = await storeKept(tx, id, kept);
    await recordAudit(tx, ctx, {
      ...{ action: "operation.keep", subjectType: "suggestion", subjectId: id },
      after: { operation_id: operation.id, reason, summary: operation.verification?.summary },
    });
    await notify({
      ...{ tx, ctx },
      input: {
        ...{ event: "regression_kept", subject: { type: "operation", id: operation.id } },
        ...{ suggestionId: id, details: { reason } },
      },
    });
    await publishOperation({ tx, input: operation });
    return operation;
  });
  return toOperation(row);
}

/** Only one that regressed, is still in place, and that nobody keeps yet. */
async function storeKept(
  tx: Transaction,
  suggestionId: string,
  kept: NonNullable<Verification["kept"]>,
): Promise<OperationRow> {
  const [row] = await tx
    .update(operations)
    .set({
      verification: sql`jsonb_set(${operations.verification}, '{kept}', ${JSON.stringify(kept)}::jsonb)`,
    })
    .where(
      and(
        ...[eq(operations.suggestionId, suggestionId), eq(operations.kind, "execute")],
        inArray(operations.state, TRANSITIONS.operation.revert.from),
        sql`${operations.verification}->>'state' = 'regressed'`,
        sql`${operations.verification}->'kept' is null`,
      ),
    )
    .returning();
  if (row !== undefined) return row;
  throw new AppError(
    "conflict",
    "There is nothing to keep: no execution of it that regressed is in place, or somebody keeps it already.",
  );
}

/** Takes back the rollback that the sidecar asked for, while it has not begun. */
async function withdrawRollback(
  tx: Transaction,
  ctx: ServiceContext,
  suggestionId: string,
): Promise<void> {
  const [rollback] = await tx
    .select()
    .from(operations)
    .where(
      and(
        ...[eq(operations.suggestionId, suggestionId), eq(operations.kind, "revert")],
        inArray(operations.state, ["queued", "executing"]),
      ),
    );
  if (rollback === undefined) return;
  if (!rollback.isAutomatic || rollback.state !== "queued") {
    throw new AppError("conflict", "Its rollback has begun, or somebody asked for it.");
  }
  const error = new AppError("conflict", `Kept by ${ctx.actor.label} before it was rolled back.`);
  await takeBack({ tx, ctx, input: { row: rollback, error } });
  await withdrawJob({ tx, input: { kind: "execute", subjectId: rollback.id } });
}
