import { createHash } from "node:crypto";
import type { Actor, MessageEnvelope } from "@/server/contracts";
import { AppError } from "@/server/platform";

/** Clocks of two agents may differ by this much. */
const CLOCK_SKEW_SECONDS_MAX = 300;

/**
 * Refuses what must not be handled: a message for another agent (`not_found`), one in another
 * agent's name (`forbidden`), one past its ttl or from the future (`invalid_input`, with
 * `reason` in the details).
 */
export function assertAcceptable(
  actor: Actor,
  message: MessageEnvelope,
  here: { agentId: string; now: Date },
): void {
  if (message.recipient.agent_id !== here.agentId) {
    throw new AppError("not_found", `This agent is ${here.agentId}, not the recipient.`, {
      details: { reason: "wrong_recipient", agent_id: here.agentId },
    });
  }
  if (actor.kind === "agent" && actor.id !== message.sender.agent_id) {
    throw new AppError("forbidden", "sender.agent_id is not the agent the token was issued to.", {
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

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
/** Namespace of derived ids: any fixed UUID, never to be changed. */
const NAMESPACE = Buffer.from("6f0c8f0e5a5b4c6d9d3a7b1e2c4f8a90", "hex");

/**
 * The UUID under which a message is stored. Protocol ids are free text, unique per sender only:
 * they become a version 5 UUID of sender and id (RFC 9562). An id that is a UUID stays.
 */
export function messageRecordId(senderAgentId: string, messageId: string): string {
  if (UUID.test(messageId)) return messageId.toLowerCase();
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
