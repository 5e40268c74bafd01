import { and, eq, inArray, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import {
  suggestionComments,
  suggestionMarks,
  suggestions,
  suggestionTriage,
  users,
} from "@/drizzle/schema";
import type { Triage } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";

const assignee = alias(users, "assignee");
const claimant = alias(users, "claimant");

/** How people share out each of these suggestions, seen by the caller; empty where that is no person. */
export async function readTriage(
  ctx: Pick<ServiceContext, "db" | "actor" | "clock">,
  ids: readonly string[],
): Promise<Map<string, Triage>> {
  if (ctx.actor.kind !== "user" || ids.length === 0) return new Map();
  const [rows, comments] = await Promise.all([selectRows(ctx, ids), countComments(ctx, ids)]);
  const now = ctx.clock.now();
  return new Map(
    rows.map((row) => {
      const told = comments.get(row.id);
      const changedAt = Math.max(row.updatedAt.getTime(), told?.lastByOthersAt?.getTime() ?? 0);
      const { assigneeId, assigneeLabel, claimedBy, claimedLabel, claimEndsAt } = row;
      const isClaimed = claimedBy !== null && claimEndsAt !== null && claimEndsAt > now;
      const triage: Triage = {
        assignee: assigneeId === null ? null : { id: assigneeId, label: assigneeLabel ?? "" },
        claim: isClaimed
          ? {
              by: { id: claimedBy, label: claimedLabel ?? "" },
              ends_at: claimEndsAt.toISOString(),
            }
          : null,
        comment_count: told?.count ?? 0,
        is_unread: row.readAt === null || row.readAt.getTime() < changedAt,
        snoozed_until:
          row.snoozedUntil !== null && row.snoozedUntil > now
            ? row.snoozedUntil.toISOString()
            : null,
      };
      return [row.id, triage];
    }),
  );
}

function selectRows({ db, actor }: Pick<ServiceContext, "db" | "actor">, ids: readonly string[]) {
  return db
    .select({
      id: suggestions.id,
      updatedAt: suggestions.updatedAt,
      assigneeId: suggestionTriage.assigneeId,
      assigneeLabel: assignee.email,
      claimedBy: suggestionTriage.claimedBy,
      claimedLabel: claimant.email,
      claimEndsAt: suggestionTriage.claimEndsAt,
      readAt: suggestionMarks.readAt,
      snoozedUntil: suggestionMarks.snoozedUntil,
    })
    .from(suggestions)
    .leftJoin(suggestionTriage, eq(suggestionTriage.suggestionId, suggestions.id))
    .leftJoin(assignee, eq(assignee.id, suggestionTriage.assigneeId))
    .leftJoin(claimant, eq(claimant.id, suggestionTriage.claimedBy))
    .leftJoin(
      suggestionMarks,
      and(
        eq(suggestionMarks.suggestionId, suggestions.id),
        sql`${suggestionMarks.userId}::text = ${actor.id}`,
      ),
    )
    .where(inArray(suggestions.id, [...ids]));
}

async function countComments(
  { db, actor }: Pick<ServiceContext, "db" | "actor">,
  ids: readonly string[],
) {
  const rows = await db
    .select({
      id: suggestionComments.suggestionId,
      count: sql<number>`count(*)::int`,
      lastByOthersAt:
        sql`max(${suggestionComments.at}) filter (where ${suggestionComments.authorId}::text <> ${actor.id})`.mapWith(
          suggestionComments.at,
        ),
    })
    .from(suggestionComments)
    .where(inArray(suggestionComments.suggestionId, [...ids]))
    .groupBy(suggestionComments.suggestionId);
  return new Map<string, { count: number; lastByOthersAt: Date | null }>(
    rows.map((row) => [row.id, row]),
  );
}
