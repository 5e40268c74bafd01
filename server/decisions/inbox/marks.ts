import { eq } from "drizzle-orm";
import { suggestionMarks, suggestions } from "@/drizzle/schema";
import type { MarkRequest, SnoozeRequest } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { personOf } from "./filter-suggestions";

/*
 * What a person has read or put off concerns nobody else and changes no suggestion: it leaves no audit row,
 * and tells no page but the caller's own.
 */

/** Says that the caller has read a suggestion, or wants to read it again. Throws `forbidden`, `not_found`. */
export async function markSuggestion({
  ctx,
  input: { suggestion_id: id, is_read: isRead },
}: {
  ctx: ServiceContext;
  input: MarkRequest;
}): Promise<void> {
  await writeMark(ctx, id, { readAt: isRead ? ctx.clock.now() : null });
}

/** The longest time that a suggestion can be put off. */
const SNOOZE_DAYS_MAX = 90;

/**
 * Puts a suggestion off for the caller until an instant, or back at once (null). Throws `forbidden`,
 * `not_found`, `invalid_input` (not in the next SNOOZE_DAYS_MAX days).
 */
export async function snoozeSuggestion({
  ctx,
  input: { suggestion_id: id, until },
}: {
  ctx: ServiceContext;
  input: SnoozeRequest;
}): Promise<void> {
  const snoozedUntil = until === null ? null : new Date(until);
  const aheadMs = snoozedUntil === null ? 1 : snoozedUntil.getTime() - ctx.clock.now().getTime();
  if (aheadMs <= 0 || aheadMs > SNOOZE_DAYS_MAX * 86_400_000) {
    throw new AppError(
      "invalid_input",
      `A suggestion can be snoozed until an instant within the next ${SNOOZE_DAYS_MAX} days.`,
    );
  }
  await writeMark(ctx, id, { snoozedUntil });
}

async function writeMark(
  ctx: ServiceContext,
  suggestionId: string,
  mark: Partial<typeof suggestionMarks.$inferInsert>,
): Promise<void> {
  assertCan(ctx.actor, "suggestion.read");
  const userId = personOf(ctx);
  if ((await ctx.db.$count(suggestions, eq(suggestions.id, suggestionId))) === 0) {
    throw new AppError("not_found", `There is no suggestion ${suggestionId}.`);
  }
  await ctx.db
    .insert(suggestionMarks)
    .values({ suggestionId, userId, ...mark })
    .onConflictDoUpdate({
      target: [suggestionMarks.userId, suggestionMarks.suggestionId],
      set: mark,
    });
}
