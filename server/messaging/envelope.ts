import { createHash } from "node:crypto";
import type { Actor, MessageEnvelope, RegisteredAgent } from "@/server/contracts";
import { refusal } from "./refusal";

/** Clocks of two agents may differ by this much. */
const CLOCK_SKEW_SECONDS_MAX = 300;

/**
 * Refuses what is not for us, or not for now: a message for another agent or its product
 * (`wrong_recipient`), one in our own name (`sender_mismatch`: another sidecar has our AGENT_ID), one past
 * its ttl or from the future.
 */
export function assertAcceptable(
  message: MessageEnvelope,
  here: { agentId: string; productId: string; now: Date },
): void {
  const { recipient, sender } = message;
  if (recipient.agent_id !== here.agentId || recipient.product_id !== here.productId) {
    const text = `This is agent ${here.agentId} of ${here.productId}, not the recipient.`;
    throw refusal("wrong_recipient", text, {
      details: { agent_id: here.agentId, product_id: here.productId },
    });
  }
  if (sender.agent_id === here.agentId) {
    throw refusal(
      "sender_mismatch",
      "sender.agent_id is this agent itself. Agents need ids of their own.",
    );
  }
  const ageSeconds = (here.now.getTime() - Date.parse(message.timestamp)) / 1000;
  if (ageSeconds > message.ttl_seconds) {
    throw refusal("message_expired", "The message is past its ttl_seconds.");
  }
  if (ageSeconds < -CLOCK_SKEW_SECONDS_MAX) {
    throw refusal("message_from_the_future", "The message's timestamp lies in the future.");
  }
}

/**
 * The one name under which a caller sends: an agent's is in its token, an external service's is the name
 * its key was made with; nobody else is an agent.
 */
const nameOf = (actor: Actor) => (actor.kind === "api-key" ? actor.label : actor.id);

/** Refuses an unsigned message in another name than that of its credential (`sender_mismatch`). */
export function assertNamesSender(actor: Actor, { sender }: MessageEnvelope): void {
  if (nameOf(actor) === sender.agent_id) return;
  const text =
    "sender.agent_id is not whom the token was issued to, or the API key is named after.";
  throw refusal("sender_mismatch", text);
}

/** Refuses an agent that speaks for another product or domain than it registered with (`wrong_domain`). */
export function assertSpeaksForItself(
  { sender }: MessageEnvelope,
  { product_id, domain }: Pick<RegisteredAgent, "product_id" | "domain">,
): void {
  if (sender.product_id === product_id && sender.domain === domain) return;
  const text = `${sender.agent_id} is registered for ${product_id} of the domain ${domain}.`;
  throw refusal("wrong_domain", text);
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
