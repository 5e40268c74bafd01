import { eq } from "drizzle-orm";
import { suggestionItems } from "@/drizzle/schema";
import type { RejectRequest, Suggestion } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { recordReview } from "./record-review";
import { loadSuggestion } from "./suggestion-view";
import { transitionSuggestion } from "./transition";

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
    const row = await transitionSuggestion(tx, ctx, {
      id: input.suggestion_id,
      transition: "reject",
      note: { reason: input.reason },
    });
    await tx
      .update(suggestionItems)
      .set({ isApproved: false })
      .where(eq(suggestionItems.suggestionId, row.id));
    await recordReview(tx, ctx, row, { verdict: "rejected", reason: input.reason, itemIds: [] });
  });
  return loadSuggestion(ctx.db, input.suggestion_id);
}
