import { eq } from "drizzle-orm";
import { agentDecisions, reviews } from "@/drizzle/schema";
import type { ServiceContext, Transaction } from "@/server/platform";
import type { SuggestionRow } from "./transition";

/** What every decision of a person leaves behind, in its transaction: the verdict and who gave it. */
export async function recordReview(
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
