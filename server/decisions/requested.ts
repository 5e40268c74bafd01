import { eq, inArray, sql } from "drizzle-orm";
import { agentDecisions, suggestions } from "@/drizzle/schema";
import { nameChange } from "@/server/advisor";
import type { RequestedChanges } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import type { Database, Transaction } from "@/server/platform";

/** Of a decision, in SQL: what somebody asked to have tested; null: the rules proposed. */
const requested = sql<RequestedChanges | null>`${agentDecisions.context}->'requested'`;

/** What was asked for with a suggestion; null: nothing, or there is no such suggestion. */
export async function loadRequested(
  db: Database | Transaction,
  id: string,
): Promise<RequestedChanges | null> {
  const [row] = await db
    .select({ requested })
    .from(suggestions)
    .innerJoin(agentDecisions, eq(agentDecisions.decisionId, suggestions.decisionId))
    .where(eq(suggestions.id, id));
  return row?.requested ?? null;
}

/** What was asked for with each of these decisions, where something was. */
export async function requestedOf(
  db: Database,
  decisionIds: readonly string[],
): Promise<Map<string, RequestedChanges>> {
  if (decisionIds.length === 0) return new Map();
  const rows = await db
    .select({ id: agentDecisions.decisionId, requested })
    .from(agentDecisions)
    .where(inArray(agentDecisions.decisionId, [...decisionIds]));
  return new Map(rows.flatMap((row) => (row.requested ? [[row.id, row.requested] as const] : [])));
}

/** The changes by their titles: what a request is called before, and whatever, it comes to. */
export function titleOf({ changes }: Pick<RequestedChanges, "changes">): string {
  const [first = "Requested change", ...rest] = changes.map(
    (change) => nameChange(change, undefined).title,
  );
  return rest.length === 0 ? first : `${first} and ${formatPlural(rest.length, "more change")}`;
}
