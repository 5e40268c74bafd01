import { and, eq, inArray } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import { allows, type Operation, type RevertRequest, TRANSITIONS } from "@/server/contracts";
import { type OperationRow, publishOperation, toOperation } from "@/server/decisions";
import { formatInstant } from "@/server/format";
import { assertCan } from "@/server/identity";
import {
  AppError,
  newId,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { holdOffStop, stoppedError } from "@/server/policy";
import { enqueueJob, withdrawJob } from "@/server/queue";
import { lockSuggestion } from "./read-operation";

/**
 * Queues the prepared revert of an executed suggestion. Throws `forbidden`, `not_found`,
 * `conflict` (not executed, or a revert is already under way), `not_executable` (undo data gone), `stopped` (the
 * emergency stop is on, and nobody said that they mean to). A person takes over an automatic one that has not begun.
 */
export async function requestRevert({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: {
    suggestion_id: string;
    isAutomatic?: boolean;
    /** Not before; at once when left out. */
    runAt?: Date;
  } & RevertRequest;
}): Promise<Operation> {
  assertCan(ctx.actor, "operation.revert");
  const { suggestion_id, isAutomatic = false } = input;
  const row = await ctx.db.transaction(async (tx) => {
    const executed = await lockExecuted(tx, suggestion_id);
    const stop = isAutomatic ? null : await holdOffStop({ tx });
    if (stop !== null && input.confirms_stop !== true) {
      throw stoppedError(stop, "Confirm that you mean to roll back all the same.");
    }
    const taken = isAutomatic ? null : await takeOver(tx, ctx, executed, input);
    if (taken !== null) return taken;
    const [operation] = await tx
      .insert(operations)
      .values({
        id: newId("op"),
        suggestionId: executed.suggestionId,
        productId: executed.productId,
        kind: "revert",
        state: "queued",
        isAutomatic,
        itemIds: executed.itemIds,
        plan: toRevertPlan(executed),
        schemaFingerprint: executed.schemaFingerprintAfter ?? executed.schemaFingerprint,
        requestedBy: ctx.actor.label,
        progress: { message: describeStart(input.runAt), fraction: 0 },
      })
      .onConflictDoNothing()
      .returning();
    if (operation === undefined) {
      throw new AppError("conflict", "A revert of this suggestion is already under way.");
    }
    await recordAudit(tx, ctx, {
      action: "operation.request_revert",
      subjectType: "suggestion",
      subjectId: executed.suggestionId,
      after: {
        ...{ operation_id: operation.id, is_automatic: isAutomatic },
        ...(stop !== null && { confirms_stop: true }),
        ...reasonOf(input),
      },
    });
    const job = { kind: "execute" as const, subjectId: operation.id };
    await enqueueJob({ tx, input: input.runAt ? { ...job, runAt: input.runAt } : job });
    await publishOperation({ tx, input: operation });
    return operation;
  });
  return toOperation(row);
}

function describeStart(runAt: Date | undefined): string {
  return runAt === undefined
    ? "Waiting to be reverted"
    : `Rolled back automatically at ${formatInstant(runAt.toISOString())}, unless somebody keeps it`;
}

const reasonOf = ({ reason = "" }: RevertRequest) => (reason === "" ? {} : { reason });

/** An automatic revert that waits, or that the emergency stop holds, becomes the person's; null: there is none. */
async function takeOver(
  tx: Transaction,
  ctx: ServiceContext,
  { suggestionId }: OperationRow,
  said: RevertRequest,
): Promise<OperationRow | null> {
  const [row] = await tx
    .update(operations)
    .set({
      ...{ isAutomatic: false, requestedBy: ctx.actor.label },
      progress: { message: describeStart(undefined), fraction: 0 },
    })
    .where(
      and(
        ...[eq(operations.suggestionId, suggestionId), eq(operations.kind, "revert")],
        ...[eq(operations.state, "queued"), eq(operations.isAutomatic, true)],
      ),
    )
    .returning();
  if (row === undefined) return null;
  await recordAudit(tx, ctx, {
    ...{ action: "operation.request_revert", subjectType: "suggestion", subjectId: suggestionId },
    before: { operation_id: row.id, is_automatic: true },
    after: {
      ...{ operation_id: row.id, is_automatic: false },
      ...(said.confirms_stop === true && { confirms_stop: true }),
      ...reasonOf(said),
    },
  });
  // It may have been put off: whoever asks for it now does not wait.
  await withdrawJob({ tx, input: { kind: "execute", subjectId: row.id } });
  await enqueueJob({ tx, input: { kind: "execute", subjectId: row.id } });
  await publishOperation({ tx, input: row });
  return row;
}

/** The execution to undo, its suggestion's row locked so that two reverts cannot both see it. */
async function lockExecuted(tx: Transaction, suggestionId: string): Promise<OperationRow> {
  const state = await lockSuggestion(tx, suggestionId);
  if (!allows("suggestion", "revert", state)) {
    throw new AppError(
      "conflict",
      `Suggestion ${suggestionId} is ${state}; only an executed one can be reverted.`,
      { details: { state } },
    );
  }
  const [row] = await tx
    .select()
    .from(operations)
    .where(
      and(
        eq(operations.suggestionId, suggestionId),
        eq(operations.kind, "execute"),
        inArray(operations.state, TRANSITIONS.operation.revert.from),
      ),
    );
  if (row === undefined)
    throw new AppError("conflict", "No execution of this suggestion is left to revert.");
  return row;
}

function toRevertPlan(executed: OperationRow): OperationRow["plan"] {
  if (!executed.plan.is_reversible) {
    throw new AppError(
      "not_executable",
      "The undo data of this execution is gone; it can no longer be reverted.",
    );
  }
  return {
    statements: executed.plan.revert_statements,
    revert_statements: [],
    cleanup_statements: [],
    is_reversible: false,
  };
}
