import { MessageEnvelope, MessageReceipt } from "@/server/contracts";
import { receiveMessage } from "@/server/messaging";
import { defineRoute } from "../define-route";

export const messageRoute = defineRoute({
  method: "POST",
  path: "/agent/message",
  operationId: "receiveMessage",
  tag: "Messages",
  summary: "Receive a message of another agent",
  description:
    "Takes the envelope of the Multi-agent Cooperation Protocol. A message is stored once, by " +
    "its sender and `message_id`; a repeat is answered as a duplicate. An agent's token must be " +
    "the sender's. A message past its `ttl_seconds` is refused (`details.reason` is " +
    "`message_expired`). This version only receives (`delivery_status` is `received`): delivery " +
    "to others, responses and negotiation are not part of it. Unknown fields are ignored.",
  permission: "message.send",
  unknownFields: "ignore",
  body: MessageEnvelope,
  answers: { 202: { description: "The message is stored.", schema: MessageReceipt } },
  errors: ["not_found", "idempotency_mismatch"],
  async handler({ ctx, body }) {
    return { status: 202, body: await receiveMessage({ ctx, input: body }) };
  },
});
