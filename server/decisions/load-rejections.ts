import { and, desc, eq, inArray, lt } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { reviews, suggestionItems, suggestions } from "@/drizzle/schema";
import type { SuggestionItem } from "@/server/contracts";
import type { Database } from "@/server/platform";
import { candidateId } from "./candidate-id";

type Rejection = NonNullable<SuggestionItem["rejected_before"]>;

/** How many rejected suggestions of a product are looked back at. */
const LOOK_BACK_MAX = 200;

/**
 * Changes that a person has rejected in the latest earlier suggestions for the same product, by
 * candidate id: the latest rejection of each. None for a suggestion without a product.
 */
export async function loadRejections(db: Database, id: string): Promise<Map<string, Rejection>> {
  const own = alias(suggestions, "own");
  const rejected = await db
    .select({ id: suggestions.id })
    .from(own)
    .innerJoin(
      suggestions,
      and(
        eq(suggestions.productId, own.productId),
        eq(suggestions.state, "rejected"),
        lt(suggestions.createdAt, own.createdAt),
      ),
    )
    .where(eq(own.id, id))
    .orderBy(desc(suggestions.createdAt))
    .limit(LOOK_BACK_MAX);
  if (rejected.length === 0) return new Map();
  const ids = rejected.map((row) => row.id);
  const rows = await db
    .selectDistinctOn([candidateId], {
      candidateId,
      suggestion_id: reviews.suggestionId,
      reviewer: reviews.reviewerLabel,
      reason: reviews.reason,
      at: reviews.at,
    })
    .from(reviews)
    .innerJoin(
      suggestionItems,
      and(
        eq(suggestionItems.suggestionId, reviews.suggestionId),
        inArray(suggestionItems.suggestionId, ids),
        eq(suggestionItems.role, "suggested"),
      ),
    )
    .where(and(inArray(reviews.suggestionId, ids), eq(reviews.verdict, "rejected")))
    .orderBy(candidateId, desc(reviews.at));
  return new Map(
    rows.map(({ candidateId: change, at, ...told }) => [change, { ...told, at: at.toISOString() }]),
  );
}
