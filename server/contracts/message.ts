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

/**
 * How far a message has come. Ours: `queued`, `sent` (handed to the broker, or being posted),
 * `delivered` (the recipient has stored it). Another agent's: `received`, `quarantined` (suspect: waits
 * for a person), `handled`. Both: `dead` (given up, with a reason), `discarded` (an administrator gave up
 * the dead one, or refused the suspect one).
 */
export const DeliveryStatus = z.enum([
  ...(["queued", "sent", "delivered", "received", "quarantined", "handled"] as const),
  ...(["dead", "discarded"] as const),
]);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

export const MessageDirection = z.enum(["inbound", "outbound"]);
export type MessageDirection = z.infer<typeof MessageDirection>;

/** Urgent overtakes; none waits for ever (see PRIORITY_HEAD_START_MS). */
export const MessagePriority = z.enum(["low", "normal", "high", "urgent"]);
export type MessagePriority = z.infer<typeof MessagePriority>;

/**
 * Messages are taken in the order of (arrival − head start): an urgent one overtakes all that came up to
 * a minute before it, a low one is overtaken by what comes up to ten seconds later, and nothing starves.
 */
export const PRIORITY_HEAD_START_MS: Record<MessagePriority, number> = {
  urgent: 60_000,
  high: 10_000,
  normal: 0,
  low: -10_000,
};

/** How it was made sure who sent it. `own`: we did. `token`: unsigned, over a token that names its sender. */
export const SignatureState = z.enum(["own", "verified", "token"]);
export type SignatureState = z.infer<typeof SignatureState>;

/** Why a message was refused at the door: it is not stored, only counted and audited. */
export const MessageRefusal = z.enum([
  ...(["invalid_envelope", "too_large", "too_deep", "unsigned", "bad_signature"] as const),
  ...(["unknown_agent", "unknown_key", "sender_mismatch", "wrong_domain"] as const),
  ...(["wrong_recipient", "message_expired", "message_from_the_future", "id_reused"] as const),
]);
export type MessageRefusal = z.infer<typeof MessageRefusal>;

/** Why a message was given up after it was stored. */
export const DeadReason = z.enum([
  /** Ours: its ttl ended before the recipient had it. Theirs: before it could be handled. */
  "expired",
  /** No agent is registered that it could go to. */
  "no_route",
  /** The recipient refused it for good; `last_error` has its reason. */
  "refused",
  /** Its content does not fit its type: answered with an `error` message. */
  "invalid_content",
  /** Handling it failed each time. */
  "failed",
  /** It belongs to no conversation here, or to one that is past that step. */
  "out_of_place",
  /** Theirs: suspect, and a person refused it; `last_error` has the reason. */
  "refused_here",
]);
export type DeadReason = z.infer<typeof DeadReason>;

const Identifier = z.string().min(1).max(200);

/** One end of a message: an agent, the data product it serves, and that product's domain. */
export const AgentAddress = z.object({
  agent_id: Identifier,
  product_id: Identifier,
  domain: Identifier,
});
export type AgentAddress = z.infer<typeof AgentAddress>;

/** Version of the envelope and of the contents, as published at its stable address. */
export const MESSAGE_VERSION = "1";

/**
 * The envelope of the Multi-agent Cooperation Protocol, as the specification shows it. Fields it does not
 * name are kept as they came.
 */
export const MessageEnvelope = z
  .looseObject({
    /** Chosen by the sender, unique among its messages; the same id is handled once. */
    message_id: Identifier,
    timestamp: z.iso.datetime({ offset: true }),
    sender: AgentAddress,
    recipient: AgentAddress,
    /** A type of a later version is stored, and answered with an `error` message. */
    message_type: z.string().min(1).max(100),
    /** What it says; its shape depends on message_type. */
    content: z.record(z.string(), z.unknown()),
    requires_response: z.boolean(),
    priority: MessagePriority,
    /** Seconds after `timestamp` from which the message must not be handled any more. */
    ttl_seconds: z.number().int().min(1).max(31_536_000),
  })
  .meta({ id: "MessageEnvelope" });
export type MessageEnvelope = z.infer<typeof MessageEnvelope>;

/** HTTP header of a message's signature: a compact JWS without its payload (RFC 7515, appendix F). */
export const MESSAGE_SIGNATURE_HEADER = "Message-Signature";

/** A message as it travels: the very text that was signed, and its signature. */
export const SignedMessage = z.object({
  text: z.string().min(2),
  /** null: unsigned. */
  signature: z.string().max(4000).nullable(),
});
export type SignedMessage = z.infer<typeof SignedMessage>;

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

/** A text of a message that was found suspect: what was found, for people to judge. */
const SuspectPassage = z.object({
  /** Where it stands in the envelope, as a JSON pointer. */
  place: z.string(),
  /** Cut to 500 letters, invisible and control characters written as `\\u{…}`; empty: a name of a field. */
  text: z.string(),
});

/** One message as people and the REST interface read it. */
export const StoredMessage = z
  .object({
    record_id: z.uuid(),
    message_id: z.string(),
    direction: MessageDirection,
    message_type: z.string(),
    priority: MessagePriority,
    sender: AgentAddress,
    recipient: AgentAddress,
    conversation_id: z.uuid().nullable(),
    delivery_status: DeliveryStatus,
    signature: SignatureState,
    key_id: z.string().nullable(),
    /** Deliveries (ours) or attempts to handle it (theirs). */
    attempts: z.int(),
    /** How it came or went last; null: not yet. */
    via: z.enum(["broker", "http"]).nullable(),
    dead_reason: DeadReason.nullable(),
    last_error: z.string().nullable(),
    /** What was found suspect in it; empty: nothing. */
    suspect_passages: z.array(SuspectPassage),
    /** When a person released it from quarantine, and who; null: nobody did. */
    released_at: z.iso.datetime().nullable(),
    released_by: z.string().nullable(),
    sent_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    /** Stored here (theirs), or asked for (ours). */
    created_at: z.iso.datetime(),
    /** Delivered, handled, dead or discarded; null: not yet. */
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "StoredMessage" });
export type StoredMessage = z.infer<typeof StoredMessage>;

/** With all that was said, for the page that opens one. */
export const StoredMessageDetail = StoredMessage.extend({
  envelope: MessageEnvelope,
  screening: Screening.nullable(),
  first_opinion: FirstOpinion.nullable(),
}).meta({ id: "StoredMessageDetail" });
export type StoredMessageDetail = z.infer<typeof StoredMessageDetail>;

/** Refusals of one kind and sender within an hour. */
export const RefusalCount = z.object({
  hour: z.iso.datetime(),
  reason: MessageRefusal,
  /** As the message named its sender: nothing proves it. Empty: it named none. */
  claimed_sender: z.string(),
  count: z.int(),
  last_at: z.iso.datetime(),
});
export type RefusalCount = z.infer<typeof RefusalCount>;

/** Which messages to list: the newest first, the dead by when they died. */
export const ListMessages = z.object({
  delivery_status: z.array(DeliveryStatus).min(1).max(DeliveryStatus.options.length).optional(),
  conversation_id: z.uuid().optional(),
  limit: z.number().int().min(1).max(200).default(50),
  /** Opaque: the previous page's `next_cursor`. */
  cursor: z.string().max(200).optional(),
});
export type ListMessages = z.infer<typeof ListMessages>;

/** A person refuses a message in quarantine; its sender is told the reason. */
export const RefuseMessage = z
  .strictObject({ reason: z.string().trim().min(1).max(1000) })
  .meta({ id: "RefuseMessage" });
export type RefuseMessage = z.infer<typeof RefuseMessage>;

export const MessagePage = z
  .object({ items: z.array(StoredMessage), next_cursor: z.string().nullable() })
  .meta({ id: "MessagePage" });
export type MessagePage = z.infer<typeof MessagePage>;

/** How delivery does, by Postgres: what waits now, and what went in the last hour. */
export const DeliveryFigures = z
  .object({
    /** Ours: not sent yet; sent and not said to have arrived. Theirs: stored and not handled. */
    queued: z.int(),
    sent: z.int(),
    received: z.int(),
    /** Theirs, suspect: each waits for a person. */
    quarantined: z.int(),
    dead: z.int(),
    /** Age of the oldest of ours that is not confirmed, and of theirs that is not handled; null: none waits. */
    lag_send_ms: z.number().nullable(),
    lag_handle_ms: z.number().nullable(),
    /** Ours delivered and theirs handled in the last minute. */
    delivered_per_minute: z.int(),
    handled_per_minute: z.int(),
    /** Asked for → delivered, of the last hour's; null: none was delivered. */
    delivery_ms_p50: z.number().nullable(),
    delivery_ms_p95: z.number().nullable(),
  })
  .meta({ id: "DeliveryFigures" });
export type DeliveryFigures = z.infer<typeof DeliveryFigures>;
