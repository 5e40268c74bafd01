import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { operations, suggestionItems, suggestions } from "@/drizzle/schema";
import type { Interval, SuggestionItem } from "@/server/contracts";
import { formatInterval } from "@/server/format";
import type { Database } from "@/server/platform";
import { candidateId, findEarlier } from "./earlier-proofs";
import type { ItemRow } from "./item-view";
import type { SuggestionRow } from "./transition";

/** A rollback, and what the execution rested on that it undid. */
export interface Revert {
  told: Omit<NonNullable<SuggestionItem["reverted_before"]>, "changes_since">;
  schemaFingerprint: string | null;
  dataVersion: string | null;
  gain: Interval | null;
}

/**
 * Changes whose execution was rolled back in an earlier suggestion for the same product, by candidate
 * id: the latest rollback of each. None for a suggestion without a product.
 */
export async function loadReverts(db: Database, id: string): Promise<Map<string, Revert>> {
  const ids = await findEarlier(db, id, "reverted");
  if (ids.length === 0) return new Map();
  const execution = alias(operations, "execution");
  const rows = await db
    .selectDistinctOn([candidateId], {
      candidateId,
      suggestion_id: operations.suggestionId,
      by: operations.requestedBy,
      is_automatic: operations.isAutomatic,
      createdAt: operations.createdAt,
      finishedAt: operations.finishedAt,
      verification: execution.verification,
      schemaFingerprint: suggestions.schemaFingerprint,
      dataVersion: suggestions.dataVersion,
      gain: sql<Interval | null>`${suggestionItems.evidence}#>'{workload,gain}'`,
    })
    .from(operations)
    .innerJoin(suggestions, eq(suggestions.id, operations.suggestionId))
    .innerJoin(
      execution,
      and(eq(execution.suggestionId, operations.suggestionId), eq(execution.kind, "execute")),
    )
    .innerJoin(
      suggestionItems,
      and(
        eq(suggestionItems.suggestionId, operations.suggestionId),
        eq(suggestionItems.isApproved, true),
      ),
    )
    .where(
      and(
        inArray(operations.suggestionId, ids),
        eq(operations.kind, "revert"),
        eq(operations.state, "executed"),
        eq(execution.state, "reverted"),
      ),
    )
    .orderBy(candidateId, desc(operations.createdAt));
  return new Map(
    rows.map(({ candidateId: change, createdAt, finishedAt, verification, ...row }) => {
      const { suggestion_id, by, is_automatic, ...basis } = row;
      const outcome = verification?.window_ended_at == null ? null : verification.summary;
      const at = (finishedAt ?? createdAt).toISOString();
      return [change, { told: { suggestion_id, by, is_automatic, outcome, at }, ...basis }];
    }),
  );
}

/** The rollback of a change beside what has changed since, as far as it is known. */
export function describeRevert(
  { told, ...then }: Revert,
  now: Pick<SuggestionRow, "schemaFingerprint" | "dataVersion"> & Pick<ItemRow, "evidence">,
): NonNullable<SuggestionItem["reverted_before"]> {
  const gain = now.evidence?.basis === "measured" ? now.evidence.workload.gain : null;
  const differ = (a: string | null, b: string | null) => a !== null && b !== null && a !== b;
  const changes_since = [
    ...(differ(then.schemaFingerprint, now.schemaFingerprint) ? ["The schema has changed."] : []),
    ...(differ(then.dataVersion, now.dataVersion) ? ["The data has changed."] : []),
    ...describeGains(then.gain, gain),
  ];
  return { ...told, changes_since };
}

/** Said where two measured gains differ by more than their intervals explain. */
function describeGains(then: Interval | null, now: Interval | null): string[] {
  if (then === null || now === null) return [];
  if (then.high >= now.low && now.high >= then.low) return [];
  return [
    `In its test then it saved ${formatInterval(then)} of the workload's time, and ${formatInterval(now)} now.`,
  ];
}
