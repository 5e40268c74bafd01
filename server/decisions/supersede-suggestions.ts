import { and, eq, inArray, ne } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import { TRANSITIONS } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";
import { tryTransitionSuggestion } from "./transition";

/** Ends undecided and unexecuted suggestions whose proof was made for another schema. */
export async function supersedeSuggestions(
  ctx: ServiceContext,
  product: { productId: string; schemaFingerprint: string },
): Promise<void> {
  const stale = await ctx.db
    .select({ id: suggestions.id })
    .from(suggestions)
    .where(
      and(
        eq(suggestions.productId, product.productId),
        inArray(suggestions.state, TRANSITIONS.suggestion.supersede.from),
        ne(suggestions.schemaFingerprint, product.schemaFingerprint),
      ),
    );
  for (const { id } of stale) {
    await tryTransitionSuggestion(ctx, {
      id,
      transition: "supersede",
      note: { why: "The schema changed after the proof." },
    });
  }
}
