import { and, eq, isNull } from "drizzle-orm";
import { conversationParties, conversations } from "@/drizzle/schema";
import { AppError, type Transaction } from "@/server/platform";

/**
 * Refuses what other data products have not agreed to yet: the change of a conversation is executed once
 * all have accepted, and a related change once the proposed one is in place. A step of the transaction
 * that holds the suggestion's row: conversations decide with that row locked too. Throws `not_agreed`.
 */
export async function assertAgreed({
  tx,
  input: { suggestion_id: id },
}: {
  tx: Transaction;
  input: { suggestion_id: string };
}): Promise<void> {
  const open = await tx
    .select()
    .from(conversations)
    .where(
      and(
        eq(conversations.suggestionId, id),
        eq(conversations.kind, "schema_change"),
        isNull(conversations.endedAt),
      ),
    );
  for (const { id: conversation, role, state, statusNote } of open) {
    const isAgreed =
      state === "accepted" && (role === "initiator" || (await isExecuted(tx, conversation)));
    if (isAgreed) continue;
    throw new AppError(
      "not_agreed",
      `It belongs to conversation ${conversation}, which is ${state}. ${statusNote}`.trim(),
      { details: { conversation_id: conversation, state } },
    );
  }
}

/** The proposed change is in place on the side of whoever asked. */
async function isExecuted(tx: Transaction, conversation: string): Promise<boolean> {
  const executed = and(
    eq(conversationParties.conversationId, conversation),
    eq(conversationParties.state, "executed"),
  );
  return (await tx.$count(conversationParties, executed)) > 0;
}
