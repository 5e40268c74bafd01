import { and, desc, eq, lt } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { reviews, suggestionItems, suggestions } from "@/drizzle/schema";
import type { SuggestionItem } from "@/server/contracts";
import type { Database } from "@/server/platform";
import { candidateId } from "./candidate-id";

type Rejection = NonNullable<SuggestionItem["rejected_before"]>;

/**
 * Changes that a person has rejected in earlier suggestions for the same product, by candidate id:
 * the latest rejection of each. None for a suggestion without a product.
 */
export async function loadRejections(db: Database, id: string): Promise<Map<string, Rejection>> {
  const own = alias(suggestions, "own");
  const rows = await db
    .selectDistinctOn([candidateId], {
      candidateId,
      suggestion_id: reviews.suggestionId,
      reviewer: reviews.reviewerLabel,
      reason: reviews.reason,
      at: reviews.at,
    })
    .from(own)
    .innerJoin(
      suggestions,
      and(eq(suggestions.productId, own.productId), lt(suggestions.createdAt, own.createdAt)),
    )
    .innerJoin(
      reviews,
      and(eq(reviews.suggestionId, suggestions.id), eq(reviews.verdict, "rejected")),
    )
    .innerJoin(
      suggestionItems,
      and(eq(suggestionItems.suggestionId, suggestions.id), eq(suggestionItems.role, "suggested")),
    )
    .where(eq(own.id, id))
    .orderBy(candidateId, desc(reviews.at));
  return new Map(
    rows.map(({ candidateId: change, at, ...told }) => [change, { ...told, at: at.toISOString() }]),
  );
}
