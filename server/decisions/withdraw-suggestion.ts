import { and, eq, isNull, ne } from "drizzle-orm";
import { conversations, suggestions } from "@/drizzle/schema";
import { allows } from "@/server/contracts";
import type { ServiceContext, Transaction } from "@/server/platform";
import { withdrawJob } from "@/server/queue";
import { loadRequested } from "./requested";
import { transitionSuggestion } from "./transition";

/**
 * Ends what a conversation asked for and nobody executed, as a step of the transaction that ends it: its
 * test run is cancelled, its advice superseded. What somebody else asked for too, or another conversation
 * rests on, stays.
 */
export async function withdrawSuggestion({
  tx,
  ctx,
  input: { suggestion_id: id, conversation_id, why },
}: {
  tx: Transaction;
  ctx: Pick<ServiceContext, "actor" | "requestId" | "clock">;
  input: { suggestion_id: string; conversation_id: string; why: string };
}): Promise<void> {
  const [row] = await tx
    .select({ state: suggestions.state })
    .from(suggestions)
    .where(eq(suggestions.id, id))
    .for("update");
  if (row === undefined) return;
  const { origin } = (await loadRequested(tx, id)) ?? {};
  if (origin?.conversation_id !== conversation_id) return;
  const others = and(
    eq(conversations.suggestionId, id),
    ne(conversations.id, conversation_id),
    isNull(conversations.endedAt),
  );
  if ((await tx.$count(conversations, others)) > 0) return;
  const note = { why };
  if (allows("suggestion", "cancelProof", row.state)) {
    await transitionSuggestion({ tx, ctx, input: { id, transition: "cancelProof", note } });
    await withdrawJob({ tx, input: { kind: "prove", subjectId: id } });
  } else if (allows("suggestion", "supersede", row.state)) {
    const set = { isSearching: false, error: { code: "conflict", message: why } };
    await transitionSuggestion({ tx, ctx, input: { id, transition: "supersede", set, note } });
  }
}
