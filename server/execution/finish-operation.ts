import { and, eq, inArray } from "drizzle-orm";
import { agentDecisions, operations, suggestions } from "@/drizzle/schema";
import { type ConnectorOperation, TRANSITIONS } from "@/server/contracts";
import { type OperationRow, transitionOperation, transitionSuggestion } from "@/server/decisions";
import { notify } from "@/server/notify";
import type { AppError, ServiceContext, Transaction } from "@/server/platform";
import { enqueueJob } from "@/server/queue";

/** Stores that the product ran it: states, decision and the work that follows, in one transaction. */
export async function completeOperation({
  ctx,
  input: { row, outcome },
}: {
  ctx: ServiceContext;
  input: { row: OperationRow; outcome: ConnectorOperation };
}): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    if (row.kind === "execute") await concludeExecution(tx, ctx, row);
    else await concludeRevert(tx, ctx, row);
    await transitionOperation({
      tx,
      ctx,
      input: {
        id: row.id,
        transition: "complete",
        set: {
          statements: outcome.statements,
          schemaFingerprintAfter: outcome.schema_fingerprint_after,
          finishedAt: ctx.clock.now(),
          progress: { message: "Executed", fraction: 1 },
        },
      },
    });
  });
}

async function concludeExecution(tx: Transaction, ctx: ServiceContext, row: OperationRow) {
  const suggestion = await transitionSuggestion({
    tx,
    ctx,
    input: {
      id: row.suggestionId,
      transition: "complete",
      note: { operation_id: row.id },
    },
  });
  await tx
    .update(agentDecisions)
    .set({ executed: true })
    .where(eq(agentDecisions.decisionId, suggestion.decisionId));
  await enqueueJob({ tx, input: { kind: "verify", subjectId: row.id } });
  if (row.plan.cleanup_statements.length > 0) {
    const runAt = new Date(
      ctx.clock.now().getTime() + ctx.settings.REVERT_WINDOW_HOURS * 3_600_000,
    );
    await enqueueJob({ tx, input: { kind: "cleanup", subjectId: row.id, runAt } });
  }
}

async function concludeRevert(tx: Transaction, ctx: ServiceContext, row: OperationRow) {
  const suggestion = await transitionSuggestion({
    tx,
    ctx,
    input: {
      id: row.suggestionId,
      transition: "revert",
      // Of a revert that failed before this one.
      set: { error: null },
      note: { operation_id: row.id, is_automatic: row.isAutomatic },
    },
  });
  const [undone] = await tx
    .select({ id: operations.id })
    .from(operations)
    .where(
      and(
        ...[eq(operations.suggestionId, suggestion.id), eq(operations.kind, "execute")],
        // One that was taken back before it began may stand beside it.
        inArray(operations.state, TRANSITIONS.operation.revert.from),
      ),
    );
  if (undone) {
    await transitionOperation({
      tx,
      ctx,
      input: {
        id: undone.id,
        transition: "revert",
        note: { by: row.id },
      },
    });
  }
}

/**
 * Stores that it did not run, or was not even started. A failed revert leaves its suggestion
 * executed: it can be tried again.
 */
export async function failOperation({
  ctx,
  input: { row, error, outcome = "Failed; nothing was changed" },
}: {
  ctx: ServiceContext;
  input: { row: OperationRow; error: AppError; outcome?: string };
}): Promise<void> {
  const shown = { code: error.code, message: error.message };
  await ctx.db.transaction(async (tx) => {
    if (row.kind === "execute") {
      await transitionSuggestion({
        tx,
        ctx,
        input: {
          id: row.suggestionId,
          transition: "failExecution",
          set: { error: shown },
          note: { operation_id: row.id },
        },
      });
    } else {
      await tx
        .update(suggestions)
        .set({ error: { code: error.code, message: `The revert failed: ${error.message}` } })
        .where(eq(suggestions.id, row.suggestionId));
      await notify({
        ...{ tx, ctx },
        input: {
          ...{ event: "rollback_failed", subject: { type: "operation", id: row.id } },
          ...{ suggestionId: row.suggestionId, details: { error: error.message } },
        },
      });
    }
    await transitionOperation({
      tx,
      ctx,
      input: {
        id: row.id,
        transition: "fail",
        set: {
          error: shown,
          finishedAt: ctx.clock.now(),
          progress: { message: outcome, fraction: 1 },
        },
        note: { error: shown },
      },
    });
  });
}
