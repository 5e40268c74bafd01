import { createHash } from "node:crypto";
import type { Actor, MessageEnvelope } from "@/server/contracts";
import { AppError } from "@/server/platform";

/** Clocks of two agents may differ by this much. */
const CLOCK_SKEW_SECONDS_MAX = 300;

/**
 * The one name under which a caller sends: an agent's is in its token, an external service's is the name
 * its key was made with; nobody else is an agent.
 */
const nameOf = (actor: Actor) => (actor.kind === "api-key" ? actor.label : actor.id);

/**
 * Refuses what must not be handled: a message for another agent or its product (`not_found`), one in
 * another agent's name (`forbidden`), one past its ttl or from the future (`invalid_input`, with
 * `reason` in the details).
 */
export function assertAcceptable(
  actor: Actor,
  message: MessageEnvelope,
  here: { agentId: string; productId: string; now: Date },
): void {
  const { recipient } = message;
  if (recipient.agent_id !== here.agentId || recipient.product_id !== here.productId) {
    const text = `This is agent ${here.agentId} of ${here.productId}, not the recipient.`;
    throw new AppError("not_found", text, {
      details: { reason: "wrong_recipient", agent_id: here.agentId, product_id: here.productId },
    });
  }
  if (nameOf(actor) !== message.sender.agent_id) {
    const text =
      "sender.agent_id is not whom the token was issued to, or the API key is named after.";
    throw new AppError("forbidden", text, {
      details: { reason: "sender_mismatch" },
    });
  }
  const ageSeconds = (here.now.getTime() - Date.parse(message.timestamp)) / 1000;
  if (ageSeconds > message.ttl_seconds) {
    throw new AppError("invalid_input", "The message is past its ttl_seconds.", {
      details: { reason: "message_expired" },
    });
  }
  if (ageSeconds < -CLOCK_SKEW_SECONDS_MAX) {
    throw new AppError("invalid_input", "The message's timestamp lies in the future.", {
      details: { reason: "message_from_the_future" },
    });
  }
}

/** Namespace of derived ids: any fixed UUID, never to be changed. */
const NAMESPACE = Buffer.from("6f0c8f0e5a5b4c6d9d3a7b1e2c4f8a90", "hex");

/**
 * The UUID under which a message is stored. Protocol ids are free text, unique per sender only:
 * they become a version 5 UUID of sender and id (RFC 9562), a UUID too: no agent takes another's id.
 */
export function messageRecordId(senderAgentId: string, messageId: string): string {
  const name = JSON.stringify([senderAgentId, messageId]);
  const bytes = createHash("sha1").update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
