import { z } from "zod";
import { kindOpenedBy, type MessageEnvelope } from "@/server/contracts";
import { messageRecordId } from "./envelope";

const ConversationId = z.uuid().catch("");
const Sequence = z.number().int().min(1).max(1_000_000);

/** What ties a message to others, as its content tells; what does not fit is as if it were not there. */
export interface Correlation {
  conversationId: string | null;
  /** The record that it answers: one that its recipient sent. */
  responseId: string | null;
  sequence: number | null;
}

/** The columns by which a stored message is found with its conversation. */
export function correlationOf(
  { content, message_type, recipient }: MessageEnvelope,
  recordId: string,
): Correlation {
  const { conversation_id, in_reply_to, sequence } = content;
  // The first message of a conversation names it.
  const own = kindOpenedBy(message_type) === undefined ? null : recordId;
  const isReply = typeof in_reply_to === "string" && in_reply_to.length <= 200;
  return {
    conversationId: ConversationId.parse(conversation_id) || own,
    responseId: isReply ? messageRecordId(recipient.agent_id, in_reply_to) : null,
    sequence: Sequence.safeParse(sequence).data ?? null,
  };
}
