import { avg, eq } from "drizzle-orm";
import { agentDecisions, feedback, reviews, suggestionItems, suggestions } from "@/drizzle/schema";
import {
  describeRejection,
  type FeedbackRequest,
  type RejectRequest,
  type Suggestion,
} from "@/server/contracts";
import { actorKey, assertCan } from "@/server/identity";
import {
  AppError,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { assertVisible } from "./product-scope";
import { loadSuggestion } from "./suggestion-view";
import { type SuggestionRow, transitionSuggestion } from "./transition";

/**
 * A person rejects the whole suggestion, for a named reason or in their own words. Throws `forbidden`,
 * `invalid_input` (no reason at all), `not_found`, `conflict`.
 */
export async function rejectSuggestion({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: RejectRequest & { suggestion_id: string };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.decide");
  const { suggestion_id: id, reason_code: reasonCode = "other", reason: words = "" } = input;
  const reason = describeRejection(reasonCode, words);
  if (reason === "") {
    throw new AppError("invalid_input", "Say why: name a reason, or give one in your own words.");
  }
  await ctx.db.transaction(async (tx) => {
    const row = await transitionSuggestion({
      tx,
      ctx,
      input: { id, transition: "reject", note: { reason, reason_code: reasonCode } },
    });
    await tx
      .update(suggestionItems)
      .set({ isApproved: false })
      .where(eq(suggestionItems.suggestionId, row.id));
    await recordVerdict(tx, row, false);
    const review = { verdict: "rejected", reason, reasonCode, itemIds: [] } as const;
    await recordReview(tx, ctx, row, review);
  });
  return loadSuggestion(ctx, id);
}

/** Says how it was decided. */
export async function recordVerdict(
  tx: Transaction,
  row: SuggestionRow,
  approved: boolean,
): Promise<void> {
  await tx
    .update(agentDecisions)
    .set({ approved })
    .where(eq(agentDecisions.decisionId, row.decisionId));
}

/** What every word of a person leaves behind, in its transaction: the verdict and who gave it. */
export async function recordReview(
  tx: Transaction,
  ctx: Pick<ServiceContext, "actor">,
  row: SuggestionRow,
  review: Pick<typeof reviews.$inferInsert, "verdict" | "reason" | "reasonCode"> & {
    itemIds: readonly string[];
  },
): Promise<void> {
  await tx.insert(reviews).values({
    suggestionId: row.id,
    reviewerId: ctx.actor.id,
    reviewerLabel: ctx.actor.label,
    ...{ ...review, itemIds: [...review.itemIds] },
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
