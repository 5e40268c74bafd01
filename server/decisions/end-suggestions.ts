import { and, eq, inArray, lt, ne, sql } from "drizzle-orm";
import { agentDecisions, suggestionItems, suggestions } from "@/drizzle/schema";
import { allows, type ProofResult, TRANSITIONS } from "@/server/contracts";
import type { ServiceContext, Transaction } from "@/server/platform";
import { earlierVerdict } from "@/server/proving";
import { candidateId } from "./earlier-proofs";
import { question } from "./question";
import { type SuggestionRow, transitionSuggestion, tryTransitionSuggestion } from "./transition";

/** Ends pending suggestions nobody decided in time. */
export async function expireSuggestions({ ctx }: { ctx: ServiceContext }): Promise<void> {
  const due = await ctx.db
    .select({ id: suggestions.id })
    .from(suggestions)
    .where(and(eq(suggestions.state, "pending"), lt(suggestions.expiresAt, ctx.clock.now())));
  for (const { id } of due)
    await tryTransitionSuggestion({ ctx, input: { id, transition: "expire" } });
}

/** Ends undecided and unexecuted suggestions whose proof was made for another schema. */
export async function supersedeBySchemaChange({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { productId: string; schemaFingerprint: string };
}): Promise<void> {
  const stale = await ctx.db
    .select({ id: suggestions.id })
    .from(suggestions)
    .where(
      and(
        eq(suggestions.productId, input.productId),
        inArray(suggestions.state, TRANSITIONS.suggestion.supersede.from),
        ne(suggestions.schemaFingerprint, input.schemaFingerprint),
      ),
    );
  for (const { id } of stale) {
    const note = { why: "The schema changed after the proof." };
    await tryTransitionSuggestion({ ctx, input: { id, transition: "supersede", note } });
  }
}

/**
 * Ends open suggestions of the same question whose place a newer proof takes: all of them where it
 * has advice of its own; where it has none, those of which it measured and rejected every change.
 * What it could not measure stays open.
 */
export async function supersedeByNewerProof({
  tx,
  ctx,
  input: { row, result },
}: {
  tx: Transaction;
  ctx: ServiceContext;
  input: { row: SuggestionRow; result: ProofResult };
}): Promise<void> {
  const hasAdvice = result.accepted.length > 0;
  const rejected = result.alternatives
    .filter(({ verdict }) => earlierVerdict(verdict) === "rejected")
    .map(({ candidate }) => candidate.candidate_id);
  for (const id of await lockOlder(tx, row)) {
    if (!hasAdvice && !(await isAllAmong(tx, id, new Set(rejected)))) continue;
    await transitionSuggestion({
      tx,
      ctx,
      input: {
        id,
        transition: "supersede",
        set: { supersededBy: row.id },
        note: { by: row.id },
      },
    });
  }
}

/**
 * An edited version was approved in this transaction: what it was made of, back to the first, is superseded where
 * it still waits, for a decision or for its execution.
 */
export async function supersedeEdited({
  tx,
  ctx,
  input: { row },
}: {
  tx: Transaction;
  ctx: ServiceContext;
  input: { row: SuggestionRow };
}): Promise<void> {
  for (let id = row.editedFrom; id !== null; ) {
    const [edited] = await tx
      .select()
      .from(suggestions)
      .where(eq(suggestions.id, id))
      .for("update");
    if (edited === undefined) return;
    if (allows("suggestion", "supersede", edited.state)) {
      const set = { supersededBy: row.id };
      const note = { by: row.id, why: "An edited version was approved." };
      await transitionSuggestion({ tx, ctx, input: { id, transition: "supersede", set, note } });
    }
    id = edited.editedFrom;
  }
}

/** Open suggestions of the same question; those somebody is deciding right now are left to them. */
async function lockOlder(tx: Transaction, row: SuggestionRow): Promise<string[]> {
  const older = await tx
    .select({ id: suggestions.id })
    .from(suggestions)
    .innerJoin(agentDecisions, eq(agentDecisions.decisionId, suggestions.decisionId))
    .where(
      and(
        eq(suggestions.state, "pending"),
        eq(suggestions.productId, row.productId ?? ""),
        ne(suggestions.id, row.id),
        lt(suggestions.createdAt, row.createdAt),
        sql`${question} = (select ${question} from agent_decisions where decision_id = ${row.decisionId})`,
      ),
    )
    .for("update", { of: suggestions, skipLocked: true });
  return older.map(({ id }) => id);
}

/** Is every change that this suggestion suggests among the given ones? */
async function isAllAmong(
  tx: Transaction,
  id: string,
  candidateIds: ReadonlySet<string>,
): Promise<boolean> {
  const items = await tx
    .select({ candidateId })
    .from(suggestionItems)
    .where(and(eq(suggestionItems.suggestionId, id), eq(suggestionItems.role, "suggested")));
  return items.every((item) => candidateIds.has(item.candidateId));
}
