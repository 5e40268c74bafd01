import { and, avg, eq, inArray } from "drizzle-orm";
import { agentDecisions, feedback, reviews, suggestionItems, suggestions } from "@/drizzle/schema";
import type {
  ApproveRequest,
  FeedbackRequest,
  RejectRequest,
  Suggestion,
} from "@/server/contracts";
import { actorKey, assertCan } from "@/server/identity";
import {
  AppError,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { type AcknowledgedCoverage, checkCoverage } from "./coverage";
import { assertVisible } from "./product-scope";
import { loadRequested } from "./requested";
import { loadSuggestion } from "./suggestion-view";
import { type SuggestionRow, transitionSuggestion } from "./transition";

/**
 * A person approves all items or the chosen ones. Throws `forbidden` (machines never decide),
 * `not_found`, `invalid_input` (an item of another suggestion, or only some of changes that were tested as
 * one), `conflict` (somebody was first, or the advice has changed), `coverage_too_low` (too little of the
 * workload was replayed, and the person did not acknowledge it).
 */
export async function approveSuggestion({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ApproveRequest & { suggestion_id: string };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.decide");
  await ctx.db.transaction(async (tx) => {
    const row = await transitionSuggestion({
      tx,
      ctx,
      input: {
        id: input.suggestion_id,
        transition: "approve",
        note: { reason: input.reason, item_ids: input.item_ids ?? "all" },
      },
    });
    if (input.revision !== undefined && input.revision !== row.revision) {
      throw new AppError(
        "conflict",
        "The advice has changed since it was read; look at it again.",
        {
          details: { revision: row.revision },
        },
      );
    }
    const { itemIds, coverage } = await markApprovedItems(tx, ctx, input);
    if (coverage !== null) await recordAcknowledgement(tx, ctx, { id: row.id, coverage });
    await recordReview(tx, ctx, row, { verdict: "approved", reason: input.reason, itemIds });
  });
  return loadSuggestion(ctx, input.suggestion_id);
}

async function markApprovedItems(
  tx: Transaction,
  ctx: Pick<ServiceContext, "settings">,
  input: ApproveRequest & { suggestion_id: string },
): Promise<{ itemIds: string[]; coverage: AcknowledgedCoverage | null }> {
  const ofSuggestion = and(
    eq(suggestionItems.suggestionId, input.suggestion_id),
    eq(suggestionItems.role, "suggested"),
  );
  await tx.update(suggestionItems).set({ isApproved: false }).where(ofSuggestion);
  const chosen = input.item_ids;
  const approved = await tx
    .update(suggestionItems)
    .set({ isApproved: true })
    .where(chosen ? and(ofSuggestion, inArray(suggestionItems.id, chosen)) : ofSuggestion)
    .returning();
  if (approved.length === 0 || (chosen && approved.length !== new Set(chosen).size)) {
    throw new AppError(
      "invalid_input",
      "Some of these items are not suggested changes of this suggestion.",
      {
        details: { item_ids: chosen ?? [] },
      },
    );
  }
  await assertWhole(tx, input.suggestion_id, approved.length);
  const coverage = checkCoverage(approved, ctx.settings, input.acknowledges_coverage ?? false);
  return { itemIds: approved.map((item) => item.id), coverage };
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

/** A person rejects the whole suggestion, with a reason. Throws `forbidden`, `not_found`, `conflict`. */
export async function rejectSuggestion({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: RejectRequest & { suggestion_id: string };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.decide");
  await ctx.db.transaction(async (tx) => {
    const row = await transitionSuggestion({
      tx,
      ctx,
      input: {
        id: input.suggestion_id,
        transition: "reject",
        note: { reason: input.reason },
      },
    });
    await tx
      .update(suggestionItems)
      .set({ isApproved: false })
      .where(eq(suggestionItems.suggestionId, row.id));
    await recordReview(tx, ctx, row, { verdict: "rejected", reason: input.reason, itemIds: [] });
  });
  return loadSuggestion(ctx, input.suggestion_id);
}

/** What every decision of a person leaves behind, in its transaction: the verdict and who gave it. */
async function recordReview(
  tx: Transaction,
  ctx: Pick<ServiceContext, "actor">,
  row: SuggestionRow,
  review: { verdict: "approved" | "rejected"; reason: string; itemIds: string[] },
): Promise<void> {
  await tx
    .update(agentDecisions)
    .set({ approved: review.verdict === "approved" })
    .where(eq(agentDecisions.decisionId, row.decisionId));
  await tx.insert(reviews).values({
    suggestionId: row.id,
    reviewerId: ctx.actor.id,
    reviewerLabel: ctx.actor.label,
    ...review,
  });
}

/**
 * Says how useful a suggestion was. One word an actor: a later one replaces it. The decision's score
 * is the mean of all. Throws `forbidden`, `not_found`.
 */
export async function giveFeedback({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: FeedbackRequest & { suggestion_id: string };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.feedback");
  const { suggestion_id: suggestionId, score, comment } = input;
  await assertVisible({ ctx, input: { suggestion_id: suggestionId } });
  await ctx.db.transaction(async (tx) => {
    // Held until the end: of two words at once the mean counts both.
    const [row] = await tx
      .select({ decisionId: suggestions.decisionId })
      .from(suggestions)
      .where(eq(suggestions.id, suggestionId))
      .for("update");
    if (row === undefined)
      throw new AppError("not_found", `There is no suggestion ${suggestionId}.`);
    const given = { score, comment, actorLabel: ctx.actor.label, at: ctx.clock.now() };
    await tx
      .insert(feedback)
      .values({ suggestionId, actorKey: actorKey(ctx.actor), ...given })
      .onConflictDoUpdate({ target: [feedback.suggestionId, feedback.actorKey], set: given });
    const [mean] = await tx
      .select({ score: avg(feedback.score).mapWith(Number) })
      .from(feedback)
      .where(eq(feedback.suggestionId, suggestionId));
    await tx
      .update(agentDecisions)
      .set({ feedbackScore: mean?.score ?? null })
      .where(eq(agentDecisions.decisionId, row.decisionId));
    await recordAudit(tx, ctx, {
      action: "suggestion.feedback",
      subjectType: "suggestion",
      subjectId: suggestionId,
      after: { score, comment },
    });
    await publish(tx, { topic: "suggestion", id: suggestionId });
  });
  return loadSuggestion(ctx, suggestionId);
}
