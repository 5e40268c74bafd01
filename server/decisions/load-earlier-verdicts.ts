import { and, desc, eq, ne, notInArray } from "drizzle-orm";
import { agentDecisions, suggestionItems, suggestions } from "@/drizzle/schema";
import { TRANSITIONS } from "@/server/contracts";
import type { Database } from "@/server/platform";
import { type EarlierVerdict, earlierVerdicts } from "@/server/proving";
import { candidateId } from "./candidate-id";

/**
 * What the last proof of the same question (product, schema, context; the operation type changes no
 * proof) said of each change, by candidate id; empty for the first. What people decided of it since
 * is another matter.
 */
export async function loadEarlierVerdicts(
  db: Database,
  { suggestionId, schemaFingerprint }: { suggestionId: string; schemaFingerprint: string },
): Promise<Map<string, EarlierVerdict>> {
  const asked = db
    .select({ productId: suggestions.productId, context: agentDecisions.context })
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
      and(eq(suggestions.productId, asked.productId), eq(agentDecisions.context, asked.context)),
    )
    .where(
      and(
        ne(suggestions.id, suggestionId),
        eq(suggestions.basis, "measured"),
        eq(suggestions.schemaFingerprint, schemaFingerprint),
        notInArray(suggestions.state, [...TRANSITIONS.suggestion.failProof.from, "failed"]),
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
