import { and, eq, inArray } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import type { SuggestionState } from "@/server/contracts";
import { AppError, recordAudit, type ServiceContext, type Transaction } from "@/server/platform";

export type SuggestionRow = typeof suggestions.$inferSelect;

/**
 * The only way a suggestion changes state: one conditional UPDATE and its audit row.
 * Throws `conflict` (details: the present state) when another writer came first.
 */
export async function moveSuggestion(
  tx: Transaction,
  ctx: Pick<ServiceContext, "actor" | "requestId">,
  move: {
    id: string;
    from: SuggestionState[];
    to: SuggestionState;
    /** `suggestion.approve` and the like. */
    action: string;
    set?: Partial<typeof suggestions.$inferInsert>;
    note?: Record<string, unknown>;
  },
): Promise<SuggestionRow> {
  const [row] = await tx
    .update(suggestions)
    .set({ ...move.set, state: move.to, updatedAt: new Date() })
    .where(and(eq(suggestions.id, move.id), inArray(suggestions.state, move.from)))
    .returning();
  if (row === undefined) throw await explainLostRace(tx, move.id, move.from);
  await recordAudit(tx, ctx, {
    action: move.action,
    subjectType: "suggestion",
    subjectId: move.id,
    before: { state: move.from.length === 1 ? move.from[0] : move.from },
    after: { state: move.to, ...move.note },
  });
  return row;
}

/**
 * Moves one suggestion in a transaction of its own and tells the bus. False when another writer
 * came first: for sweeps and workers, to whom a lost race is a normal branch.
 */
export async function tryMoveSuggestion(
  ctx: ServiceContext,
  move: Parameters<typeof moveSuggestion>[2],
): Promise<boolean> {
  try {
    await ctx.db.transaction((tx) => moveSuggestion(tx, ctx, move));
  } catch (error) {
    if (error instanceof AppError && error.code === "conflict") return false;
    throw error;
  }
  await ctx.bus.publish({ topic: "suggestion", id: move.id });
  return true;
}

async function explainLostRace(
  tx: Transaction,
  id: string,
  expected: SuggestionState[],
): Promise<AppError> {
  const [present] = await tx
    .select({ state: suggestions.state, updatedAt: suggestions.updatedAt })
    .from(suggestions)
    .where(eq(suggestions.id, id));
  if (present === undefined) return new AppError("not_found", `There is no suggestion ${id}.`);
  return new AppError(
    "conflict",
    `Suggestion ${id} is ${present.state} since ${present.updatedAt.toISOString()}; this needs it to be ${expected.join(" or ")}.`,
    { details: { state: present.state, since: present.updatedAt.toISOString(), expected } },
  );
}
