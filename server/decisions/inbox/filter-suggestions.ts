import { and, eq, exists, gt, inArray, ne, not, type SQL, sql } from "drizzle-orm";
import {
  suggestionComments,
  suggestionMarks,
  suggestions,
  suggestionTriage,
} from "@/drizzle/schema";
import type { SuggestionFilter } from "@/server/contracts";
import { AppError, type ServiceContext } from "@/server/platform";
import { searchWords } from "./refresh-listing";

/** The caller as a person. Throws `forbidden` for machines: they have no inbox. */
export function personOf({ actor }: Pick<ServiceContext, "actor">): string {
  if (actor.kind === "user") return actor.id;
  throw new AppError("forbidden", "Only a person has an inbox of their own.");
}

/**
 * The condition that a filter stands for; undefined: all. Throws `forbidden` where a machine asks for what
 * only people have (me, unread, snoozed).
 */
export function filterSuggestions(
  ctx: Pick<ServiceContext, "db" | "actor" | "clock">,
  filter: SuggestionFilter,
): SQL | undefined {
  return and(
    filter.state?.length ? inArray(suggestions.state, filter.state) : undefined,
    filter.ids === undefined ? undefined : inArray(suggestions.id, filter.ids),
    filter.basis && eq(suggestions.basis, filter.basis),
    filter.product_id === undefined ? undefined : eq(suggestions.productId, filter.product_id),
    filter.risk?.length ? inArray(suggestions.riskLevel, filter.risk) : undefined,
    filter.kind?.length
      ? sql`${suggestions.kinds} && ${sql.param(filter.kind, suggestions.kinds)}`
      : undefined,
    filter.search === undefined || filter.search === "" ? undefined : matches(filter.search),
    filter.assignee === undefined ? undefined : isAssigned(ctx, filter.assignee),
    filter.is_unread === undefined ? undefined : whetherOrNot(isUnread(ctx), filter.is_unread),
    filter.is_snoozed === undefined ? undefined : whetherOrNot(isSnoozed(ctx), filter.is_snoozed),
  );
}

const whetherOrNot = (condition: SQL, isWanted: boolean) => (isWanted ? condition : not(condition));

/** A search without a word finds nothing, instead of everything. */
function matches(search: string): SQL {
  const words = searchWords(search);
  if (words === null) return sql`false`;
  return sql`${suggestions.searchVector} @@ to_tsquery('simple', ${words})`;
}

function isAssigned(ctx: Pick<ServiceContext, "db" | "actor">, assignee: string): SQL {
  const triaged = (condition: SQL) =>
    exists(
      ctx.db
        .select({ one: sql`1` })
        .from(suggestionTriage)
        .where(and(eq(suggestionTriage.suggestionId, suggestions.id), condition)),
    );
  if (assignee === "nobody") return not(triaged(sql`${suggestionTriage.assigneeId} is not null`));
  const id = assignee === "me" ? personOf(ctx) : assignee;
  return triaged(eq(suggestionTriage.assigneeId, id));
}

/**
 * Of a suggestion of the query around it: the caller never read it, or not since something happened. What
 * they said themselves is no news to them.
 */
function isUnread(ctx: Pick<ServiceContext, "db" | "actor">): SQL {
  const me = personOf(ctx);
  const read = ctx.db
    .select({ one: sql`1` })
    .from(suggestionMarks)
    .where(
      and(
        eq(suggestionMarks.userId, me),
        eq(suggestionMarks.suggestionId, suggestions.id),
        sql`${suggestionMarks.readAt} >= ${suggestions.updatedAt}`,
        not(
          exists(
            ctx.db
              .select({ one: sql`1` })
              .from(suggestionComments)
              .where(
                and(
                  eq(suggestionComments.suggestionId, suggestions.id),
                  gt(suggestionComments.at, suggestionMarks.readAt),
                  ne(suggestionComments.authorId, me),
                ),
              ),
          ),
        ),
      ),
    );
  return not(exists(read));
}

function isSnoozed(ctx: Pick<ServiceContext, "db" | "actor" | "clock">): SQL {
  return exists(
    ctx.db
      .select({ one: sql`1` })
      .from(suggestionMarks)
      .where(
        and(
          eq(suggestionMarks.userId, personOf(ctx)),
          eq(suggestionMarks.suggestionId, suggestions.id),
          gt(suggestionMarks.snoozedUntil, ctx.clock.now()),
        ),
      ),
  );
}
