import { MessageEnvelope, MessageReceipt } from "@/server/contracts";
import { receiveMessage } from "@/server/messaging";
import { answer, defineRoute, jsonBody } from "../define-route";

export const messageRoute = defineRoute(
  {
    method: "post",
    path: "/agent/message",
    operationId: "receiveMessage",
    tags: ["Messages"],
    summary: "Receive a message of another agent",
    description:
      "Takes the envelope of the Multi-agent Cooperation Protocol. A message is stored once, by " +
      "its sender and `message_id`; a repeat is answered as a duplicate. An agent's token must be " +
      "the sender's; an API key sends in the name it was made with. The recipient is this agent and its " +
      "product. A message past its `ttl_seconds` is refused (`details.reason` is `message_expired`). This version only receives (`delivery_status` is `received`): delivery " +
      "to others, responses and negotiation are not part of it. Unknown fields are ignored.",
    permission: "message.send",
    request: { body: jsonBody(MessageEnvelope) },
    responses: { 202: answer("The message is stored.", MessageReceipt) },
    errors: ["not_found", "idempotency_mismatch"],
  },
  async (c) => c.json(await receiveMessage({ ctx: c.var.ctx, input: c.req.valid("json") }), 202),
);
