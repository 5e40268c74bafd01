import { and, eq } from "drizzle-orm";
import { suggestionItems, suggestions } from "@/drizzle/schema";
import { isAdvice, type QueryEvidence, rewritesOf } from "@/server/contracts";
import type { OperationRow } from "@/server/decisions";
import type { ServiceContext } from "@/server/platform";

type ItemRow = typeof suggestionItems.$inferSelect;

/**
 * What an execution promised: the targeted shapes and their measured gains (of the set, if all of it
 * that can be executed ran). A gain that was measured on a rewritten text is none of it: the product
 * still sends the former one, until its developers change it.
 */
export async function loadPromise(
  ctx: ServiceContext,
  row: OperationRow,
): Promise<{ targeted: Set<string>; expected: Map<string, QueryEvidence> }> {
  const ofSuggestion = eq(suggestionItems.suggestionId, row.suggestionId);
  const [[suggestion], suggested] = await Promise.all([
    ctx.db.select().from(suggestions).where(eq(suggestions.id, row.suggestionId)),
    ctx.db
      .select()
      .from(suggestionItems)
      .where(and(ofSuggestion, eq(suggestionItems.role, "suggested"))),
  ]);
  const items = suggested.filter((item) => row.itemIds.includes(item.id));
  const executable = suggested.filter((item) => !isAdvice(item.candidate.change));
  const rewritten = new Set(suggested.flatMap(rewrittenBy));
  const ofSet = items.length === executable.length ? (suggestion?.setEvidence?.queries ?? []) : [];
  const ofItems = items.flatMap(itemPromise);
  // Later entries win: what a change was meant for counts more than its side effects.
  const ranked = [
    ...ofItems.filter((query) => !query.is_targeted),
    ...ofItems.filter((query) => query.is_targeted),
    ...ofSet.filter((query) => isAsSent(query) && !rewritten.has(query.fingerprint)),
  ];
  return {
    targeted: new Set(items.flatMap(targetedBy)),
    expected: new Map(ranked.map((query) => [query.fingerprint, query])),
  };
}

function rewrittenBy(item: ItemRow): string[] {
  return rewritesOf(item.candidate.change).map((rewrite) => rewrite.fingerprint);
}

/** Shapes a change speeds up by itself. */
function targetedBy(item: ItemRow): string[] {
  const rewritten = rewrittenBy(item);
  return item.candidate.targeted_fingerprints.filter((shape) => !rewritten.includes(shape));
}

function itemPromise(item: ItemRow): QueryEvidence[] {
  if (item.evidence?.basis !== "measured") return [];
  const rewritten = rewrittenBy(item);
  return item.evidence.queries.filter(
    (query) => isAsSent(query) && !rewritten.includes(query.fingerprint),
  );
}

/** Was it measured with the text the product sends? */
function isAsSent(query: QueryEvidence): boolean {
  return query.rewritten_sql === undefined;
}
