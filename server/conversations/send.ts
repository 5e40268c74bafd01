import { and, desc, eq, sql } from "drizzle-orm";
import { agentMessages, conversationParties } from "@/drizzle/schema";
import { type MessageType, OPENING_MESSAGES } from "@/server/contracts";
import { sendMessage } from "@/server/messaging";
import type { Transaction } from "@/server/platform";
import type { PartyRow } from "./load-view";
import type { Outgoing } from "./machines";
import { addArrows, type ConversationRow, ownLanes, type TransactionStep } from "./transition";

/** How a message is called in the sequence diagram. */
export const MESSAGE_LABELS: Record<MessageType, string> = {
  schema_proposal: "Schema proposal",
  acceptance: "Acceptance",
  rejection: "Rejection",
  counter_proposal: "Counter-proposal",
  completion: "Completion notification",
  sync_complete: "Sync complete",
  quality_alert: "Quality alert",
  query_optimization: "Query optimization",
  resource_scale: "Resource scale",
  coordination_request: "Coordination request",
  capability_advertisement: "Capability advertisement",
  acknowledgement: "Acknowledgement",
  error: "Error",
};

/** What asks: an answer to it is expected. */
const ASKING: ReadonlySet<MessageType> = new Set(Object.values(OPENING_MESSAGES));

const DAY_SECONDS = 86_400;

/**
 * Sends messages of a conversation, in the transaction that makes them necessary: each with its place
 * among ours to that party, and what it answers; and draws their arrows. The conversation's row is locked.
 */
export async function sendAll({
  tx,
  ctx,
  input: { row, parties, messages },
}: TransactionStep<{
  row: ConversationRow;
  parties: readonly PartyRow[];
  messages: readonly Outgoing[];
}>): Promise<void> {
  for (const { to, type, content } of messages) {
    for (const party of parties.filter(({ agentId }) => to.includes(agentId))) {
      const sequence = await nextSequence(tx, party);
      const answered = row.role === "participant" ? await latestOf(tx, party, "inbound") : null;
      const { record_id } = await sendMessage({
        tx,
        ctx,
        input: {
          recipient: addressOf(party),
          message_type: type,
          content,
          requires_response: ASKING.has(type),
          priority: row.priority,
          ttl_seconds: ASKING.has(type) ? secondsLeft(row, ctx.clock.now()) : DAY_SECONDS,
          conversation_id: row.id,
          sequence,
          ...(answered === null ? {} : { in_reply_to: answered }),
        },
      });
      const from = ownLanes(ctx).agent;
      const arrow = {
        ...{ from, to: { kind: "agent" as const, id: party.agentId } },
        ...{ label: MESSAGE_LABELS[type], recordId: record_id, detail: detailOf(content) },
      };
      await addArrows({ tx, ctx, input: { id: row.id, arrows: [arrow] } });
    }
  }
}

const addressOf = ({ agentId, productId, domain }: PartyRow) => ({
  ...{ agent_id: agentId, product_id: productId, domain },
});

/** An unanswered question is not worth delivering any more. */
const secondsLeft = ({ expiresAt }: ConversationRow, now: Date): number =>
  Math.max(1, Math.ceil((expiresAt.getTime() - now.getTime()) / 1000));

async function nextSequence(tx: Transaction, party: PartyRow): Promise<number> {
  const [row] = await tx
    .update(conversationParties)
    .set({ sent: sql`${conversationParties.sent} + 1` })
    .where(
      and(
        eq(conversationParties.conversationId, party.conversationId),
        eq(conversationParties.agentId, party.agentId),
      ),
    )
    .returning({ sent: conversationParties.sent });
  return row?.sent ?? 1;
}

/**
 * The `message_id` of the last message between us and a party: of those it sent, the last one handled; of
 * ours, the last that asked something.
 */
export async function latestOf(
  tx: Transaction,
  { conversationId, agentId }: PartyRow,
  direction: "inbound" | "outbound",
): Promise<string | null> {
  const isTheirs =
    direction === "inbound"
      ? and(eq(agentMessages.senderId, agentId), eq(agentMessages.deliveryStatus, "handled"))
      : and(
          eq(agentMessages.recipientId, agentId),
          sql`${agentMessages.messageType} in ${[...ASKING]}`,
        );
  const [row] = await tx
    .select({ envelope: agentMessages.envelope })
    .from(agentMessages)
    .where(
      and(
        eq(agentMessages.conversationId, conversationId),
        eq(agentMessages.direction, direction),
        isTheirs,
      ),
    )
    .orderBy(desc(agentMessages.createdAt), desc(agentMessages.sequence))
    .limit(1);
  if (row === undefined) return null;
  const { message_id } = JSON.parse(row.envelope) as { message_id: string };
  return message_id;
}

const DETAIL_MAX = 500;

/** What a message says, in a line below its arrow. */
export function detailOf(content: Record<string, unknown>): string {
  const { outcome, detail, reasons } = content;
  const said = Array.isArray(reasons)
    ? reasons.join(" ")
    : typeof detail === "string"
      ? detail
      : "";
  const words = typeof outcome === "string" ? `${outcome}: ${said}` : said;
  return words.replace(/: $/, "").slice(0, DETAIL_MAX);
}
