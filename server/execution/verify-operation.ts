import { and, eq, inArray, sql } from "drizzle-orm";
import { agentDecisions, operations, suggestions } from "@/drizzle/schema";
import { TRANSITIONS, type Verification, Workload, type WorkloadPattern } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import {
  checkSameProduct,
  type OperationRow,
  publishOperation,
  transitionOperation,
  transitionSuggestion,
} from "@/server/decisions";
import { notify } from "@/server/notify";
import { AppError, recordAudit, type ServiceContext, type Transaction } from "@/server/platform";
import { loadExpectedOutcome } from "./expected-outcome";
import { judgeOperation, judgeQueries, summarizeOutcome } from "./judge";
import { loadOperation, lockSuggestion } from "./read-operation";
import { requestRevert } from "./request-revert";

const POLL_MS = 2000;
/** The first calls after a rebuild run on cold caches; nobody is judged by them. */
const WARM_UP_MS = 4000;

/**
 * Watches the live workload after an execution until the verdict is clear or the window ends.
 * Confirmed → `verified`; a regression starts the revert by itself; otherwise it stays `executed`.
 * Takes up where it was after a crash: the window starts at the execution, not at this call.
 * Throws `not_executable` for an operation on another product: its latencies are not known here.
 */
export async function verifyOperation({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: {
    operationId: string;
    product: DataProduct;
    signal: AbortSignal;
    /** How often the live workload is read, ms. */
    pollMs?: number;
  };
}): Promise<void> {
  const { pollMs = POLL_MS } = input;
  const row = await loadOperation(ctx.db, input.operationId);
  if (row.state !== "executed" || row.kind !== "execute" || row.finishedAt === null) return;
  const refusal = checkSameProduct(row, input.product);
  if (refusal !== null) throw refusal;
  if (hasEnded(row.verification)) return finishConcluded(ctx, row);
  const since = new Date(row.finishedAt.getTime() + WARM_UP_MS);
  const deadline = row.finishedAt.getTime() + ctx.settings.VERIFY_SECONDS_MAX * 1000;
  const expected = await loadExpectedOutcome(ctx, row);
  const before = Workload.parse(row.liveBefore).patterns;
  // A row that is left out of a later answer, or lost by a restart, has not lost its calls.
  const seen = new Map<string, WorkloadPattern>();
  let wasRegressed = false;
  for (;;) {
    await pause(pollMs, input.signal);
    const answer = await input.product.getWorkload(since, input.signal);
    for (const pattern of answer.patterns) seen.set(pattern.fingerprint, pattern);
    const now = ctx.clock.now();
    const hasTimeLeft = now.getTime() < deadline;
    const isEarly = now.getTime() < since.getTime() + ctx.settings.VERIFY_SECONDS_MIN * 1000;
    const queries = judgeQueries({ before, after: [...seen.values()], ...expected, isEarly });
    const verdict = judgeOperation(queries, { hasTimeLeft, isEarly });
    // A regression must show twice: one bad moment of the machine reverts nothing.
    const isClear = verdict !== "regressed" || wasRegressed || !hasTimeLeft;
    wasRegressed = verdict === "regressed";
    const state = verdict !== null && isClear ? verdict : "watching";
    const verification: Verification = {
      state,
      window_started_at: since.toISOString(),
      window_ended_at: state === "watching" ? null : now.toISOString(),
      queries,
      summary: summarizeOutcome(state, queries, {
        hasExpectedGain: expected.targeted.size > 0,
        hasLeftOut: answer.left_out !== undefined,
      }),
    };
    if (state !== "watching") return concludeVerification({ ctx, input: { row, verification } });
    if (!(await storeVerification(ctx, row, verification))) return;
  }
}

/** Keeps what was seen so far; false when the operation has moved on, or has its verdict. */
async function storeVerification(
  ctx: ServiceContext,
  row: OperationRow,
  verification: Verification,
): Promise<boolean> {
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
    if (verification.state === "confirmed") {
      await transitionSuggestion({
        tx,
        ctx,
        input: {
          id: row.suggestionId,
          transition: "verify",
          note: { summary: verification.summary },
        },
      });
      await transitionOperation({ tx, ctx, input: { id: row.id, transition: "verify" } });
    } else {
      await recordAudit(tx, ctx, {
        action: "operation.judge",
        subjectType: "suggestion",
        subjectId: row.suggestionId,
        after: { verification: verification.state, summary: verification.summary },
      });
      await notify({
        ...{ tx, ctx },
        input: {
          event: verification.state === "regressed" ? "regressed" : "inconclusive",
          subject: { type: "operation", id: row.id },
          suggestionId: row.suggestionId,
          details: { summary: verification.summary },
        },
      });
    }
    await storeOutcome(tx, row.suggestionId, verification);
    await publishOperation({ tx, input: row });
    return true;
  });
  if (isConcluded && verification.state === "regressed") await revertOnce(ctx, row.suggestionId);
}

/** The verdict is stored; a crash may have come before the rollback that a regression asks for. */
async function finishConcluded(ctx: ServiceContext, row: OperationRow): Promise<void> {
  if (row.verification?.state === "regressed") await revertOnce(ctx, row.suggestionId);
}

function hasEnded(verification: Verification | null): boolean {
  return verification !== null && verification.window_ended_at !== null;
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

/** A person may have asked for the revert first, or this very step before a crash. */
async function revertOnce(ctx: ServiceContext, suggestionId: string): Promise<void> {
  try {
    await requestRevert({ ctx, input: { suggestion_id: suggestionId, isAutomatic: true } });
  } catch (error) {
    if (!(error instanceof AppError && error.code === "conflict")) throw error;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
