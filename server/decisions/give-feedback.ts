import { avg, eq } from "drizzle-orm";
import { agentDecisions, feedback, suggestions } from "@/drizzle/schema";
import type { FeedbackRequest, Suggestion } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, publish, recordAudit, type ServiceContext } from "@/server/platform";
import { assertVisible } from "./product-scope";
import { loadSuggestion } from "./suggestion-view";

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
  await assertVisible(ctx, suggestionId);
  await ctx.db.transaction(async (tx) => {
    // Held until the end: of two words at once the mean counts both.
    const [row] = await tx
      .select({ decisionId: suggestions.decisionId })
      .from(suggestions)
      .where(eq(suggestions.id, suggestionId))
      .for("update");
    if (row === undefined)
      throw new AppError("not_found", `There is no suggestion ${suggestionId}.`);
    const { kind, id, label } = ctx.actor;
    const given = { score, comment, actorLabel: label, at: new Date() };
    await tx
      .insert(feedback)
      .values({ suggestionId, actorKey: `${kind}:${id}`, ...given })
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
  return loadSuggestion(ctx.db, suggestionId);
}
