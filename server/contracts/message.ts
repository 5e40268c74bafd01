import { z } from "zod";
import { FirstOpinion, Screening } from "./attribution";

/** Kinds of message the Multi-agent Cooperation Protocol knows. */
export const MessageType = z.enum([
  "schema_proposal",
  "acceptance",
  "rejection",
  "counter_proposal",
  "completion",
  "sync_complete",
  "quality_alert",
  "query_optimization",
  "resource_scale",
  "coordination_request",
  "capability_advertisement",
  "acknowledgement",
  "error",
]);
export type MessageType = z.infer<typeof MessageType>;

/** How far a message has come. */
export const DeliveryStatus = z.enum(["received"]);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

const Identifier = z.string().min(1).max(200);

/** One end of a message: an agent, the data product it serves, and that product's domain. */
const AgentAddress = z.object({
  agent_id: Identifier,
  product_id: Identifier,
  domain: Identifier,
});

/** The envelope of the Multi-agent Cooperation Protocol, as the specification shows it. */
export const MessageEnvelope = z
  .object({
    /** Chosen by the sender, unique among its messages; the same id is handled once. */
    message_id: Identifier,
    timestamp: z.iso.datetime({ offset: true }),
    sender: AgentAddress,
    recipient: AgentAddress,
    message_type: MessageType,
    /** What it says; its shape depends on message_type. */
    content: z.record(z.string(), z.unknown()),
    requires_response: z.boolean(),
    priority: z.enum(["low", "normal", "high", "urgent"]),
    /** Seconds after `timestamp` from which the message must not be handled any more. */
    ttl_seconds: z.number().int().min(1).max(31_536_000),
  })
  .meta({ id: "MessageEnvelope" });
export type MessageEnvelope = z.infer<typeof MessageEnvelope>;

/** Answer to an accepted message. */
export const MessageReceipt = z
  .object({
    message_id: Identifier,
    /** Key of the message in the knowledge store. */
    record_id: z.uuid(),
    delivery_status: DeliveryStatus,
    /** True when this very message had been received before; nothing was stored again. */
    is_duplicate: z.boolean(),
    received_at: z.iso.datetime(),
    /** Of a schema proposal only. It decides nothing. */
    first_opinion: FirstOpinion.nullable(),
    screening: Screening,
    note: z.string(),
  })
  .meta({ id: "MessageReceipt" });
export type MessageReceipt = z.infer<typeof MessageReceipt>;
