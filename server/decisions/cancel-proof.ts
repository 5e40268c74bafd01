import { and, eq, inArray } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import { SEARCHABLE_STATES, type Suggestion } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { publish, recordAudit, type ServiceContext, type Transaction } from "@/server/platform";
import { withdrawJob } from "@/server/queue";
import { assertVisible } from "./product-scope";
import { loadSuggestion } from "./suggestion-view";
import { transitionSuggestion } from "./transition";

/**
 * Ends a proof that waits or runs: the suggestion is `cancelled`. After the first advice it ends the
 * search, and the advice stays. What is queued is withdrawn; what runs stops within about a second.
 * Throws `forbidden`, `not_found`, `conflict` (nothing of it waits or runs any more).
 */
export async function cancelProof({
  ctx,
  input: { suggestion_id: id },
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.analyze");
  await assertVisible({ ctx, input: { suggestion_id: id } });
  await ctx.db.transaction(async (tx) => {
    const hasStopped = await stopSearch(tx, ctx, id);
    if (!hasStopped) {
      await transitionSuggestion({ tx, ctx, input: { id, transition: "cancelProof" } });
    }
    await withdrawJob({ tx, input: { kind: "prove", subjectId: id } });
  });
  return loadSuggestion(ctx, id);
}

/** Ends the search after the first advice; false where none waits or runs. */
async function stopSearch(
  tx: Transaction,
  ctx: Pick<ServiceContext, "actor" | "requestId" | "clock">,
  id: string,
): Promise<boolean> {
  const [row] = await tx
    .update(suggestions)
    .set({ isSearching: false, extraSeconds: null, updatedAt: ctx.clock.now() })
    .where(
      and(
        eq(suggestions.id, id),
        eq(suggestions.isSearching, true),
        inArray(suggestions.state, SEARCHABLE_STATES),
      ),
    )
    .returning({ state: suggestions.state });
  if (row === undefined) return false;
  await recordAudit(tx, ctx, {
    action: "suggestion.cancel_search",
    subjectType: "suggestion",
    subjectId: id,
    before: { state: row.state, is_searching: true },
    after: { state: row.state, is_searching: false },
  });
  await publish(tx, { topic: "suggestion", id });
  return true;
}
