import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { operations, suggestionItems, suggestions } from "@/drizzle/schema";
import type { Interval, SuggestionItem } from "@/server/contracts";
import { formatInstant, formatInterval } from "@/server/format";
import type { Database, ServiceContext } from "@/server/platform";
import { loadPolicy } from "@/server/policy";
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
    // Of a change that was executed again after a rollback: what its latest execution came to.
    .orderBy(candidateId, desc(operations.createdAt), desc(execution.createdAt));
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

/**
 * Parts off changes that were rolled back within the policy's waiting time, each with the reason: what regressed today
 * is not suggested again today. What somebody asks for by name does not wait.
 */
export async function holdReverted<Kept extends { candidate_id: string }>({
  ctx,
  input: { suggestionId, candidates },
}: {
  ctx: Pick<ServiceContext, "db" | "clock">;
  input: { suggestionId: string; candidates: Kept[] };
}): Promise<{ candidates: Kept[]; held: { candidate: Kept; reason: string }[] }> {
  const { policy } = await loadPolicy({ db: ctx.db });
  const hours = policy.regression.wait_after_rollback_hours;
  if (hours === 0) return { candidates, held: [] };
  const reverts = await loadReverts(ctx.db, suggestionId);
  const nowMs = ctx.clock.now().getTime();
  const held = candidates.flatMap((candidate) => {
    const told = reverts.get(candidate.candidate_id)?.told;
    if (told === undefined) return [];
    const untilMs = Date.parse(told.at) + hours * 3_600_000;
    if (untilMs <= nowMs) return [];
    const by = told.is_automatic ? "automatically" : `by ${told.by}`;
    const until = formatInstant(new Date(untilMs).toISOString());
    const reason = `Rolled back ${by} at ${formatInstant(told.at)}. The policy waits ${hours} h: suggested again from ${until} on.`;
    return [{ candidate, reason }];
  });
  const ids = new Set(held.map(({ candidate }) => candidate.candidate_id));
  return { candidates: candidates.filter(({ candidate_id }) => !ids.has(candidate_id)), held };
}
