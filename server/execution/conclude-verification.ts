import { and, eq, inArray, sql } from "drizzle-orm";
import { agentDecisions, operations, suggestions } from "@/drizzle/schema";
import { isConfirmed, TRANSITIONS, type Verification } from "@/server/contracts";
import { formatMinutes } from "@/server/decision-card";
import {
  type OperationRow,
  publishOperation,
  transitionOperation,
  transitionSuggestion,
} from "@/server/decisions";
import { notify } from "@/server/notify";
import { AppError, recordAudit, type ServiceContext, type Transaction } from "@/server/platform";
import { lockSuggestion } from "./read-operation";
import { requestRevert } from "./request-revert";

/** Keeps what was seen so far; false when the operation has moved on, or has its verdict. */
export async function storeVerification({
  ctx,
  input: { row, verification },
}: {
  ctx: ServiceContext;
  input: { row: OperationRow; verification: Verification };
}): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    const isStored = await updateVerification(tx, row, verification);
    if (isStored) await publishOperation({ tx, input: row });
    return isStored;
  });
}

/**
 * Stores the verdict and what follows from it in one transaction, once: nothing when the operation
 * has moved on meanwhile, or when a verdict was stored before.
 */
export async function concludeVerification({
  ctx,
  input: { row, verification },
}: {
  ctx: ServiceContext;
  input: { row: OperationRow; verification: Verification };
}): Promise<void> {
  const isConcluded = await ctx.db.transaction(async (tx) => {
    await lockSuggestion(tx, row.suggestionId);
    if (!(await updateVerification(tx, row, verification))) return false;
    if (isConfirmed(verification.state)) await confirm(tx, ctx, row, verification);
    else await tellVerdict(tx, ctx, row, verification);
    await storeOutcome(tx, row.suggestionId, verification);
    await publishOperation({ tx, input: row });
    return true;
  });
  if (isConcluded) await rollBackRegression(ctx, row, verification);
}

async function confirm(
  tx: Transaction,
  ctx: ServiceContext,
  row: OperationRow,
  { state, summary, reasons = [] }: Verification,
): Promise<void> {
  const transition = state === "confirmed" ? "verify" : "verifyWithRegressions";
  const note = { verification: state, summary, reasons };
  await transitionSuggestion({ tx, ctx, input: { id: row.suggestionId, transition, note } });
  await transitionOperation({ tx, ctx, input: { id: row.id, transition: "verify" } });
}

async function tellVerdict(
  tx: Transaction,
  ctx: ServiceContext,
  row: OperationRow,
  { state, summary, reasons = [], limits }: Verification,
): Promise<void> {
  await recordAudit(tx, ctx, {
    ...{ action: "operation.judge", subjectType: "suggestion", subjectId: row.suggestionId },
    after: { verification: state, summary, reasons },
  });
  await notify({
    ...{ tx, ctx },
    input: {
      event: state === "regressed" ? "regressed" : "inconclusive",
      subject: { type: "operation", id: row.id },
      suggestionId: row.suggestionId,
      details: {
        summary,
        ...(state === "regressed" && { reason: describeRollBack(row, limits) }),
      },
    },
  });
}

/** What follows from a regression, for whoever is told of it. */
function describeRollBack({ plan }: OperationRow, limits: Verification["limits"]): string {
  if (!plan.is_reversible) return "It cannot be rolled back: its undo data are gone.";
  const minutes = limits?.roll_back_after_minutes ?? 0;
  if (limits?.roll_back_after_minutes === null) {
    return "The policy leaves the rollback to people: keep the changes, or roll them back.";
  }
  return minutes === 0
    ? "The changes are being rolled back automatically."
    : `The changes are rolled back automatically in ${formatMinutes(minutes)}, unless somebody keeps them.`;
}

/** The verdict is stored; a crash may have come before the rollback that a regression asks for. */
export async function finishConcluded({
  ctx,
  input: { row },
}: {
  ctx: ServiceContext;
  input: { row: OperationRow };
}): Promise<void> {
  if (row.verification !== null) await rollBackRegression(ctx, row, row.verification);
}

/** Only where the policy that it was judged by says so, and nobody keeps it. A person may have asked first. */
async function rollBackRegression(
  ctx: ServiceContext,
  { suggestionId, plan }: OperationRow,
  { state, limits, kept }: Verification,
): Promise<void> {
  const afterMinutes = limits === undefined ? 0 : limits.roll_back_after_minutes;
  if (state !== "regressed" || kept !== undefined || afterMinutes === null) return;
  if (!plan.is_reversible) return;
  const runAt = new Date(ctx.clock.now().getTime() + afterMinutes * 60_000);
  try {
    await requestRevert({
      ctx,
      input: {
        ...{ suggestion_id: suggestionId, isAutomatic: true },
        ...(afterMinutes > 0 && { runAt }),
      },
    });
  } catch (error) {
    if (!(error instanceof AppError && error.code === "conflict")) throw error;
  }
}

async function updateVerification(
  tx: Transaction,
  row: OperationRow,
  verification: Verification,
): Promise<boolean> {
  const updated = await tx
    .update(operations)
    .set({ verification })
    .where(
      and(
        eq(operations.id, row.id),
        inArray(operations.state, TRANSITIONS.operation.verify.from),
        sql`${operations.verification}->>'window_ended_at' is null`,
      ),
    )
    .returning({ id: operations.id });
  return updated.length > 0;
}

async function storeOutcome(tx: Transaction, suggestionId: string, outcome: Verification) {
  const decision = tx
    .select({ id: suggestions.decisionId })
    .from(suggestions)
    .where(eq(suggestions.id, suggestionId));
  await tx
    .update(agentDecisions)
    .set({ outcome })
    .where(inArray(agentDecisions.decisionId, decision));
}
