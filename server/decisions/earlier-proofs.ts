import { and, desc, eq, inArray, lt, ne, notInArray, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { agentDecisions, reviews, suggestionItems, suggestions } from "@/drizzle/schema";
import type { SuggestionItem, SuggestionState } from "@/server/contracts";
import type { Database } from "@/server/platform";
import { type EarlierVerdict, earlierVerdicts } from "@/server/proving";
import { question } from "./question";

/** Of a stored item, in SQL: names the same change in every analysis of a product. */
export const candidateId = sql<string>`${suggestionItems.candidate}->>'candidate_id'`;

/** Its proof has not ended, or ended without one measurement to go by. */
const NO_RESULT: SuggestionState[] = ["proving", "failed", "cancelled"];

/**
 * What the last proof of the same question (product, schema, what was asked; the operation type changes
 * no proof) said of each change, by candidate id; empty for the first. What people decided of it since
 * is another matter.
 */
export async function loadEarlierVerdicts(
  db: Database,
  { suggestionId, schemaFingerprint }: { suggestionId: string; schemaFingerprint: string },
): Promise<Map<string, EarlierVerdict>> {
  const asked = db
    .select({ productId: suggestions.productId, question: sql`${question}`.as("question") })
    .from(suggestions)
    .innerJoin(agentDecisions, eq(agentDecisions.decisionId, suggestions.decisionId))
    .where(eq(suggestions.id, suggestionId))
    .as("asked");
  const [last] = await db
    .select({ id: suggestions.id })
    .from(suggestions)
    .innerJoin(agentDecisions, eq(agentDecisions.decisionId, suggestions.decisionId))
    .innerJoin(
      asked,
      and(eq(suggestions.productId, asked.productId), sql`${question} = ${asked.question}`),
    )
    .where(
      and(
        ne(suggestions.id, suggestionId),
        eq(suggestions.basis, "measured"),
        eq(suggestions.schemaFingerprint, schemaFingerprint),
        notInArray(suggestions.state, NO_RESULT),
      ),
    )
    .orderBy(desc(suggestions.createdAt))
    .limit(1);
  if (last === undefined) return new Map();
  const items = await db
    .select({ candidateId, verdict: suggestionItems.verdict })
    .from(suggestionItems)
    .where(eq(suggestionItems.suggestionId, last.id));
  return earlierVerdicts(items);
}

export type Rejection = NonNullable<SuggestionItem["rejected_before"]>;

/** How many suggestions of a product that ended in one way are looked back at. */
const LOOK_BACK_MAX = 200;

/** Ids of the product's earlier suggestions that ended in this state, the latest first. */
export async function findEarlier(
  db: Database,
  id: string,
  state: SuggestionState,
): Promise<string[]> {
  const own = alias(suggestions, "own");
  const rows = await db
    .select({ id: suggestions.id })
    .from(own)
    .innerJoin(
      suggestions,
      and(
        eq(suggestions.productId, own.productId),
        eq(suggestions.state, state),
        lt(suggestions.createdAt, own.createdAt),
      ),
    )
    .where(eq(own.id, id))
    .orderBy(desc(suggestions.createdAt))
    .limit(LOOK_BACK_MAX);
  return rows.map((row) => row.id);
}

/**
 * Changes that a person has rejected in the latest earlier suggestions for the same product, by
 * candidate id: the latest rejection of each. None for a suggestion without a product.
 */
export async function loadRejections(db: Database, id: string): Promise<Map<string, Rejection>> {
  const ids = await findEarlier(db, id, "rejected");
  if (ids.length === 0) return new Map();
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
