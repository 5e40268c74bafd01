import { MessageEnvelope } from "@/server/contracts";
import type { ServiceContext, Transaction } from "@/server/platform";
import type { MessageRow } from "./handlers";
import { sendMessage } from "./send-message";

/** An answer about a message that is not handled lives this long. */
const ERROR_SECONDS = 86_400;
const TEXT_MAX = 4000;

/** Tells the sender of a message why nothing comes of it; never of one that is an error itself. */
export async function sendError({
  tx,
  ctx,
  input: { row, code, text },
}: {
  tx: Transaction;
  ctx: ServiceContext;
  input: { row: MessageRow; code: string; text: string };
}): Promise<void> {
  // Never an error about an error: two agents would talk for ever.
  if (row.messageType === "error") return;
  const envelope = MessageEnvelope.parse(JSON.parse(row.envelope));
  await sendMessage({
    ctx,
    tx,
    input: {
      recipient: envelope.sender,
      message_type: "error",
      content: { code, message: text.slice(0, TEXT_MAX) },
      priority: envelope.priority,
      ttl_seconds: ERROR_SECONDS,
      in_reply_to: envelope.message_id,
      ...(row.conversationId === null ? {} : { conversation_id: row.conversationId }),
    },
  });
}
