import { and, asc, eq, inArray } from "drizzle-orm";
import { suggestionItems, suggestions } from "@/drizzle/schema";
import { type ApproveRequest, allows, type Suggestion } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, recordAudit, type ServiceContext, type Transaction } from "@/server/platform";
import {
  type EvaluatedSuggestion,
  evaluateSuggestion,
  isFor,
  storeApproval,
} from "@/server/policy";
import { type AcknowledgedCoverage, checkCoverage } from "./coverage";
import { recordReview, recordVerdict } from "./decide";
import { supersedeEdited } from "./end-suggestions";
import { loadRequested } from "./requested";
import { loadSuggestion } from "./suggestion-view";
import { type SuggestionRow, transitionSuggestion } from "./transition";

type ApproveInput = ApproveRequest & { suggestion_id: string };

/**
 * A person approves all items or the chosen ones. The suggestion is approved once the chain that the policy asks
 * for is complete; until then it stays pending, with the approvals it has. Throws `forbidden` (machines never
 * decide; or the policy asks for somebody else), `not_found`, `invalid_input` (an item of another suggestion, or
 * only some of changes that were tested as one), `conflict` (somebody was first, the advice has changed, or the
 * same person has approved already), `coverage_too_low` (too little of the workload was replayed, and the
 * person did not acknowledge it), `acknowledgement_needed` (nobody else has to check it).
 */
export async function approveSuggestion({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ApproveInput;
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.approve");
  await ctx.db.transaction(async (tx) => {
    const row = await lockUndecided(tx, ctx, input.suggestion_id);
    if (input.revision !== undefined && input.revision !== row.revision) {
      throw new AppError(
        "conflict",
        "The advice has changed since it was read; look at it again.",
        { details: { revision: row.revision } },
      );
    }
    const itemIds = await chooseItems(tx, row, input.item_ids);
    const before = await evaluateSuggestion({ db: tx, ctx, input: { row, itemIds } });
    const coverage = await checkItems(tx, ctx, { input, before });
    const after = await addApproval(tx, ctx, { input, row, before });
    await recordProgress(tx, ctx, { input, row, after });
    if (coverage !== null) await recordAcknowledgement(tx, ctx, { id: row.id, coverage });
  });
  return loadSuggestion(ctx, input.suggestion_id);
}

/**
 * Locks a suggestion that may still be approved: it is pending, or it was approved and the policy asks for more
 * since. Throws `not_found`, `conflict`.
 */
async function lockUndecided(
  tx: Transaction,
  ctx: ServiceContext,
  id: string,
): Promise<SuggestionRow> {
  const [row] = await tx.select().from(suggestions).where(eq(suggestions.id, id)).for("update");
  if (row !== undefined && allows("suggestion", "approve", row.state)) return row;
  if (row !== undefined && allows("suggestion", "approveFurther", row.state)) {
    const { evaluation } = await evaluateSuggestion({ db: tx, ctx, input: { row } });
    if (!evaluation.chain.is_complete) return row;
  }
  // Says what it is now, and what it would have to be.
  return transitionSuggestion({ tx, ctx, input: { id, transition: "approve" } });
}

/**
 * The changes that are approved: those named, else all that are suggested, whatever somebody else approved
 * before. Of what is approved already only the same changes take a further approval. Throws `invalid_input`.
 */
async function chooseItems(
  tx: Transaction,
  row: SuggestionRow,
  named: readonly string[] | undefined,
): Promise<string[]> {
  const suggested = await tx
    .select({ id: suggestionItems.id, isApproved: suggestionItems.isApproved })
    .from(suggestionItems)
    .where(and(eq(suggestionItems.suggestionId, row.id), eq(suggestionItems.role, "suggested")))
    .orderBy(asc(suggestionItems.ordinal));
  const isFurther = allows("suggestion", "approveFurther", row.state);
  const open = suggested.filter(({ isApproved }) => !isFurther || isApproved === true);
  const ids = open.map(({ id }) => id);
  if (named === undefined) return ids;
  if (isFurther && !isFor({ itemIds: [...named], revision: 0 }, { itemIds: ids, revision: 0 })) {
    throw new AppError(
      "invalid_input",
      "Other changes were approved: a further approval is for the same ones.",
      { details: { item_ids: ids } },
    );
  }
  return [...named];
}

/** Checks the chosen items. Answers what was acknowledged; null where nothing had to be. */
async function checkItems(
  tx: Transaction,
  ctx: Pick<ServiceContext, "settings">,
  { input, before }: { input: ApproveInput; before: EvaluatedSuggestion },
): Promise<AcknowledgedCoverage | null> {
  const { items } = before;
  const chosen = input.item_ids;
  if (items.length === 0 || (chosen && items.length !== new Set(chosen).size)) {
    throw new AppError(
      "invalid_input",
      "Some of these items are not suggested changes of this suggestion.",
      { details: { item_ids: chosen ?? [] } },
    );
  }
  await assertWhole(tx, input.suggestion_id, items.length);
  const ids = items.map(({ id }) => id);
  const rows = await tx.select().from(suggestionItems).where(inArray(suggestionItems.id, ids));
  return checkCoverage(rows, ctx.settings, input.acknowledges_coverage ?? false);
}

/** Changes that were asked for were tested together: nothing is known of some of them. */
async function assertWhole(tx: Transaction, id: string, count: number): Promise<void> {
  const requested = await loadRequested(tx, id);
  if (requested === null || requested.changes.length === count) return;
  throw new AppError(
    "invalid_input",
    "These changes were tested together: approve all of them, or reject.",
  );
}

/** Keeps this person's approval, which must count. Answers how far the chain is met with it. */
async function addApproval(
  tx: Transaction,
  ctx: ServiceContext,
  { input, row, before }: { input: ApproveInput; row: SuggestionRow; before: EvaluatedSuggestion },
): Promise<EvaluatedSuggestion> {
  const { id: personId, label, roles } = ctx.actor;
  const itemIds = before.items.map(({ id }) => id);
  const own = before.approvals.find((approval) => approval.personId === personId);
  const isStanding = own !== undefined && isFor(own, { itemIds, revision: row.revision });
  const isCounted = before.evaluation.chain.approvals.some(
    ({ by, role }) => by === label && role !== null,
  );
  if (isStanding && isCounted) {
    throw new AppError("conflict", `You have approved this. ${before.evaluation.summary}`, {
      details: { state: row.state },
    });
  }
  await storeApproval({
    tx,
    input: {
      ...{ suggestionId: row.id, personId, label, roles, itemIds, revision: row.revision },
      ...{ comment: input.reason, at: ctx.clock.now() },
      acknowledgesAlone: input.acknowledges_alone ?? false,
    },
  });
  const after = await evaluateSuggestion({ db: tx, ctx, input: { row, itemIds } });
  const { chain } = after.evaluation;
  const counted = chain.approvals.find(({ by }) => by === label);
  if (counted?.role != null) return after;
  if (chain.needs_acknowledgement && input.acknowledges_alone !== true) {
    throw new AppError(
      "acknowledgement_needed",
      "The policy asks for one approval of these changes: state that nobody else has to check them.",
    );
  }
  throw new AppError(
    "forbidden",
    `Your approval would not count. ${counted?.why_not ?? ""}`.trim(),
    {
      details: { summary: before.evaluation.summary },
    },
  );
}

/** The state, audit row and review that follow from the approval. */
async function recordProgress(
  tx: Transaction,
  ctx: ServiceContext,
  { input, row, after }: { input: ApproveInput; row: SuggestionRow; after: EvaluatedSuggestion },
): Promise<void> {
  const { evaluation, items, current } = after;
  const itemIds = items.map(({ id }) => id);
  const isComplete = evaluation.chain.is_complete;
  const isFurther = allows("suggestion", "approveFurther", row.state);
  const whole = isComplete ? "approve" : "approveInPart";
  await transitionSuggestion({
    tx,
    ctx,
    input: {
      id: row.id,
      transition: isFurther ? "approveFurther" : whole,
      note: {
        reason: input.reason,
        item_ids: input.item_ids ?? "all",
        policy_version: current.version,
        approvals: evaluation.summary,
        ...(input.acknowledges_alone === true && { acknowledges_alone: true }),
      },
    },
  });
  if (isComplete && !isFurther) {
    await markApproved(tx, row.id, itemIds);
    await recordVerdict(tx, row, true);
    await supersedeEdited({ tx, ctx, input: { row } });
  }
  await recordReview(tx, ctx, row, { verdict: "approved", reason: input.reason, itemIds });
}

/** Says of each suggested change whether it was approved. */
export async function markApproved(
  tx: Transaction,
  suggestionId: string,
  itemIds: readonly string[],
): Promise<void> {
  const ofSuggestion = and(
    eq(suggestionItems.suggestionId, suggestionId),
    eq(suggestionItems.role, "suggested"),
  );
  await tx.update(suggestionItems).set({ isApproved: false }).where(ofSuggestion);
  await tx
    .update(suggestionItems)
    .set({ isApproved: true })
    .where(and(ofSuggestion, inArray(suggestionItems.id, [...itemIds])));
}

/** Who took the risk of it, and of how much, stands in the audit trail by itself. */
async function recordAcknowledgement(
  tx: Transaction,
  ctx: Pick<ServiceContext, "actor" | "requestId">,
  { id, coverage }: { id: string; coverage: AcknowledgedCoverage },
): Promise<void> {
  await recordAudit(tx, ctx, {
    action: "suggestion.acknowledge_coverage",
    subjectType: "suggestion",
    subjectId: id,
    after: { coverage: coverage.share, required: coverage.required },
  });
}
