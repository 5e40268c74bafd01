import { and, eq, inArray, ne } from "drizzle-orm";
import { suggestionItems, suggestions } from "@/drizzle/schema";
import {
  type ContinueRequest,
  isUntested,
  type ProvedCandidate,
  SEARCHABLE_STATES,
  type Suggestion,
  TRANSITIONS,
} from "@/server/contracts";
import { actorKey, assertCan } from "@/server/identity";
import {
  AppError,
  type Database,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { enqueueJob } from "@/server/queue";
import { assertMayOpenProof } from "./open-proofs";
import { assertVisible } from "./product-scope";
import { loadSuggestion } from "./suggestion-view";
import type { SuggestionRow } from "./transition";

/**
 * Gives the proof of an undecided suggestion more time ("Continue for 2 more minutes"): it is queued
 * again, measures what was not reached, and updates the advice while nobody decides.
 * Throws `forbidden`, `not_found`, `not_executable` (an estimate has no proof), `conflict` (decided,
 * still searching, or everything was tested), `rate_limited` (too many of this caller wait or run).
 */
export async function continueProof({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ContinueRequest & { suggestion_id: string };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.analyze");
  const { suggestion_id: id, seconds } = input;
  await assertVisible({ ctx, input: { suggestion_id: id } });
  await ctx.db.transaction(async (tx) => {
    const row = await lockContinuable(tx, id);
    await tx
      .update(suggestions)
      .set({
        isSearching: true,
        extraSeconds: seconds,
        openedBy: actorKey(ctx.actor),
        updatedAt: ctx.clock.now(),
      })
      .where(eq(suggestions.id, id));
    await assertMayOpenProof({ tx, ctx });
    await recordAudit(tx, ctx, {
      action: "suggestion.continue",
      subjectType: "suggestion",
      subjectId: id,
      before: { state: row.state },
      after: { state: row.state, extra_seconds: seconds },
    });
    await enqueueJob({ tx, input: { kind: "prove", subjectId: id } });
    await publish(tx, { topic: "suggestion", id });
  });
  return loadSuggestion(ctx, id);
}

async function lockContinuable(tx: Transaction, id: string): Promise<SuggestionRow> {
  const [row] = await tx.select().from(suggestions).where(eq(suggestions.id, id)).for("update");
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  if (row.basis === "estimate") {
    throw new AppError(
      "not_executable",
      "An estimate was never measured: there is no proof to continue.",
    );
  }
  if (!SEARCHABLE_STATES.includes(row.state)) {
    throw new AppError(
      "conflict",
      `Suggestion ${id} is ${row.state}; a proof continues only while nobody has decided.`,
      { details: { state: row.state, expected: SEARCHABLE_STATES } },
    );
  }
  if (row.isSearching) throw new AppError("conflict", "The search is still running.");
  if ((await countUntested(tx, id)) === 0) {
    throw new AppError("conflict", "Every candidate was tested or ruled out already.");
  }
  return row;
}

async function countUntested(tx: Transaction, id: string): Promise<number> {
  const items = await tx
    .select({ verdict: suggestionItems.verdict })
    .from(suggestionItems)
    .where(eq(suggestionItems.suggestionId, id));
  return items.filter(({ verdict }) => isUntested(verdict)).length;
}

/** What this suggestion's proof has measured so far, for the search that goes on. */
export async function loadMeasured(db: Database, id: string): Promise<ProvedCandidate[]> {
  const items = await db
    .select({
      candidate: suggestionItems.candidate,
      verdict: suggestionItems.verdict,
      evidence: suggestionItems.evidence,
    })
    .from(suggestionItems)
    .where(eq(suggestionItems.suggestionId, id));
  return items.flatMap(({ verdict, ...item }) => (verdict === null ? [] : [{ ...item, verdict }]));
}

/**
 * Queues again, in the background, every search that was interrupted: it gave way to another proof,
 * or its worker died. Does nothing for those that run or wait already.
 */
export async function resumeSearches({ ctx }: { ctx: ServiceContext }): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const searching = await tx
      .select({ id: suggestions.id })
      .from(suggestions)
      .where(and(eq(suggestions.isSearching, true), inArray(suggestions.state, SEARCHABLE_STATES)));
    for (const { id } of searching) {
      await enqueueJob({ tx, input: { kind: "prove", subjectId: id, priority: "background" } });
    }
  });
}

/**
 * Whether a search goes on: "stop" once somebody decided, "yield" while another suggestion of the
 * product waits for its first advice.
 */
export async function checkSearch({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { suggestionId: string };
}): Promise<"continue" | "stop" | "yield"> {
  const [row] = await ctx.db
    .select({ state: suggestions.state, productId: suggestions.productId })
    .from(suggestions)
    .where(eq(suggestions.id, input.suggestionId));
  if (row === undefined || row.productId === null) return "stop";
  if (!SEARCHABLE_STATES.includes(row.state)) return "stop";
  const [waiting] = await ctx.db
    .select({ id: suggestions.id })
    .from(suggestions)
    .where(
      and(
        eq(suggestions.productId, row.productId),
        inArray(suggestions.state, TRANSITIONS.suggestion.publishAdvice.from),
        ne(suggestions.id, input.suggestionId),
      ),
    )
    .limit(1);
  return waiting === undefined ? "continue" : "yield";
}
