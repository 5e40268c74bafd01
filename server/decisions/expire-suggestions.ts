import { and, eq, lt } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import type { ServiceContext } from "@/server/platform";
import { tryTransitionSuggestion } from "./transition";

/** Ends pending suggestions nobody decided in time. */
export async function expireSuggestions(ctx: ServiceContext, now: Date): Promise<void> {
  const due = await ctx.db
    .select({ id: suggestions.id })
    .from(suggestions)
    .where(and(eq(suggestions.state, "pending"), lt(suggestions.expiresAt, now)));
  for (const { id } of due) {
    await tryTransitionSuggestion(ctx, { id, transition: "expire" });
  }
}
