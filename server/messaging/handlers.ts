import type { agentMessages } from "@/drizzle/schema";
import { type MessageContent, type MessageEnvelope, MessageType } from "@/server/contracts";
import type { ServiceContext, Transaction } from "@/server/platform";
import { sendMessage } from "./send-message";

/** A message as it is stored. */
export type MessageRow = typeof agentMessages.$inferSelect;

/** Another agent's message whose content was found to fit its type. */
export interface ReceivedMessage<Type extends MessageType = MessageType> {
  /** Key of its row. */
  recordId: string;
  type: Type;
  content: MessageContent<Type>;
  /** As it was signed; its `message_id` is what an answer names in `in_reply_to`. */
  envelope: MessageEnvelope;
  row: MessageRow;
}

/** What a handler may say; one that says nothing has handled it. */
export type HandlingOutcome =
  | { outcome: "handled" }
  /** An earlier message of its conversation has not come yet: it is handed over again a little later. */
  | { outcome: "not_yet" }
  /** It belongs to no conversation here, or to one that is past that step: it is given up. */
  | { outcome: "out_of_place"; reason?: string };

/**
 * Brings about what a message asks for, in the transaction that makes it handled: the database alone,
 * nothing else, because the transaction may be rolled back and handled again. Throws AppError: tried
 * again while that may help, given up otherwise.
 */
export type MessageHandler<Type extends MessageType> = (
  ctx: ServiceContext,
  tx: Transaction,
  message: ReceivedMessage<Type>,
  // biome-ignore lint/suspicious/noConfusingVoidType: one that says nothing has handled it
) => Promise<HandlingOutcome | void>;

export type MessageHandlers = { [Type in MessageType]: MessageHandler<Type> };

/** An answer that says no more than that the message was handled lives this long. */
const ACKNOWLEDGEMENT_SECONDS = 3600;

/** Says to whoever wants a response that the message was handled; otherwise handles it silently. */
export async function acknowledge(
  ctx: ServiceContext,
  tx: Transaction,
  { envelope, row }: ReceivedMessage,
): Promise<void> {
  if (!envelope.requires_response) return;
  await sendMessage({
    ctx,
    tx,
    input: {
      recipient: envelope.sender,
      message_type: "acknowledgement",
      content: {},
      priority: envelope.priority,
      ttl_seconds: ACKNOWLEDGEMENT_SECONDS,
      in_reply_to: envelope.message_id,
      ...(row.conversationId === null ? {} : { conversation_id: row.conversationId }),
    },
  });
}

/** Handlers of an agent that holds no conversations: every message is acknowledged. */
export const ACKNOWLEDGING_HANDLERS: MessageHandlers = Object.fromEntries(
  MessageType.options.map((type) => [type, acknowledge]),
) as Record<MessageType, typeof acknowledge>;
