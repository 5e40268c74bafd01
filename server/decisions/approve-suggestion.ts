import { and, eq, inArray } from "drizzle-orm";
import { suggestionItems } from "@/drizzle/schema";
import type { ApproveRequest, Suggestion } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, type ServiceContext, type Transaction } from "@/server/platform";
import { recordReview } from "./record-review";
import { loadSuggestion } from "./suggestion-view";
import { transitionSuggestion } from "./transition";

/**
 * A person approves all items or the chosen ones. Throws `forbidden` (machines never decide),
 * `not_found`, `invalid_input` (an item of another suggestion), `conflict` (somebody was first, or the
 * advice has changed).
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
    const row = await transitionSuggestion(tx, ctx, {
      id: input.suggestion_id,
      transition: "approve",
      note: { reason: input.reason, item_ids: input.item_ids ?? "all" },
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
    const itemIds = await markApprovedItems(tx, input);
    await recordReview(tx, ctx, row, { verdict: "approved", reason: input.reason, itemIds });
  });
  return loadSuggestion(ctx.db, input.suggestion_id);
}

async function markApprovedItems(
  tx: Transaction,
  input: ApproveRequest & { suggestion_id: string },
): Promise<string[]> {
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
    .returning({ id: suggestionItems.id });
  if (approved.length === 0 || (chosen && approved.length !== new Set(chosen).size)) {
    throw new AppError(
      "invalid_input",
      "Some of these items are not suggested changes of this suggestion.",
      {
        details: { item_ids: chosen ?? [] },
      },
    );
  }
  return approved.map((item) => item.id);
}
