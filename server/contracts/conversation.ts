import { z } from "zod";
import { Change } from "./change";
import { AgentAddress, type MessageType } from "./message";
import { AnswerEvidence, ProposalDetails, ProposedOperation } from "./message-content";

export const ConversationKind = z.enum([
  "schema_change",
  "query_optimization",
  "quality_alert",
  "resource_scale",
  "coordination",
]);
export type ConversationKind = z.infer<typeof ConversationKind>;

/** The message that begins each kind of conversation, and asks for an answer. */
export const OPENING_MESSAGES = {
  schema_change: "schema_proposal",
  query_optimization: "query_optimization",
  quality_alert: "quality_alert",
  resource_scale: "resource_scale",
  coordination: "coordination_request",
} as const satisfies Record<ConversationKind, MessageType>;

/** The kind of conversation that a message of this type may begin; undefined: it begins none. */
export const kindOpenedBy = (type: string): ConversationKind | undefined =>
  ConversationKind.options.find((kind) => OPENING_MESSAGES[kind] === type);

/** Whether we began it, or were asked. */
export const ConversationRole = z.enum(["initiator", "participant"]);
export type ConversationRole = z.infer<typeof ConversationRole>;

/** TRANSITIONS.conversation says what may follow what. */
export const ConversationState = z.enum([
  /** Ours: our own change is tested on a copy before anybody is asked. */
  "assessing",
  /** Ours: the others have been asked. */
  "proposed",
  /** Theirs: what it touches here is looked up and tested on a copy. */
  "evaluating",
  /** Theirs: our related change fits, and a person decides. */
  "awaiting_approval",
  /** A counter-proposal was made: whoever began it takes it up, or ends it. */
  "countered",
  /** Ours: all have accepted, and our own change waits for a person. Theirs: we have accepted. */
  "accepted",
  /** Ours: our change is being executed. */
  "executing",
  /** Ours: executed; the others make their related changes. */
  "completed",
  /** Theirs: our related change is being executed. */
  "updating",
  /** A later step failed: what was executed is being rolled back. */
  "compensating",
  /** Ends. `answered`: of conversations of one question and one answer. */
  ...(["synced", "answered", "rejected", "expired", "cancelled", "failed"] as const),
  ...(["compensated", "compensation_failed"] as const),
]);
export type ConversationState = z.infer<typeof ConversationState>;

/** How far one of the others is, as we know it. */
export const PartyState = z.enum([
  ...(["invited", "accepted", "rejected", "countered", "answered"] as const),
  /** Of the one who asked: its change is in place. */
  "executed",
  /** Of one who was asked: its related change is in place, or it needed none. */
  "synced",
  ...(["failed", "cancelled", "expired", "compensated", "compensation_failed"] as const),
]);
export type PartyState = z.infer<typeof PartyState>;

export const SchemaProposalSubject = z.object({
  operation: ProposedOperation,
  details: ProposalDetails,
});
export type SchemaProposalSubject = z.infer<typeof SchemaProposalSubject>;

/** What we make of what we were asked: how it is, or will be, answered. */
export const ConversationAnswer = z.object({
  verdict: z.enum(["accept", "counter", "reject"]),
  reasons: z.array(z.string()),
  evidence: AnswerEvidence,
  /** Of a counter-proposal: the change we would accept. */
  counter: SchemaProposalSubject.nullable(),
});
export type ConversationAnswer = z.infer<typeof ConversationAnswer>;

/** Whom to ask: an agent, a product's, a domain's (all of it), or those with a capability. */
export const ConversationTarget = z.union([
  z.strictObject({ agent_id: z.string().min(1).max(200) }),
  z.strictObject({ product_id: z.string().min(1).max(200) }),
  z.strictObject({ domain: z.string().min(1).max(200) }),
  z.strictObject({ capability: z.string().min(1).max(100) }),
]);
export type ConversationTarget = z.infer<typeof ConversationTarget>;

/** `POST /agent/conversations`: the data product (or a person) says what it needs of others. */
export const StartConversation = z
  .strictObject({
    kind: ConversationKind,
    /** Content of the first message without what ties messages together. */
    subject: z.record(z.string(), z.unknown()),
    targets: z.array(ConversationTarget).min(1).max(50),
    reason: z.string().max(4000).default(""),
    priority: z.enum(["low", "normal", "high", "urgent"]).default("normal"),
    /** It ends as expired this long after it began, unless executed by then. */
    ttl_seconds: z.number().int().min(5).max(31_536_000).default(86_400),
  })
  .meta({ id: "StartConversation" });
export type StartConversation = z.infer<typeof StartConversation>;

export const ConversationParty = z.object({
  ...AgentAddress.shape,
  state: PartyState,
  reasons: z.array(z.string()),
  evidence: AnswerEvidence.nullable(),
  /** Of a counter-proposal: the change it would accept. */
  counter: SchemaProposalSubject.nullable(),
  updated_at: z.iso.datetime(),
});
export type ConversationParty = z.infer<typeof ConversationParty>;

/** Whose line of the sequence diagram: our product, our agent, or another's. */
export const Lane = z.object({
  kind: z.enum(["product", "agent"]),
  id: z.string(),
});
export type Lane = z.infer<typeof Lane>;

/** One arrow of the sequence diagram: a message, or a call between an agent and its product. */
export const ConversationStep = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  from: Lane,
  to: Lane,
  /** In plain words: `Schema proposal`, `Evaluate proposal`. */
  label: z.string(),
  /** Of a message; null: a call. */
  record_id: z.uuid().nullable(),
  detail: z.string(),
});
export type ConversationStep = z.infer<typeof ConversationStep>;

export const Conversation = z
  .object({
    conversation_id: z.uuid(),
    kind: ConversationKind,
    role: ConversationRole,
    state: ConversationState,
    /** One sentence: what is waited for, or how it ended. */
    status_note: z.string(),
    title: z.string(),
    subject: z.record(z.string(), z.unknown()),
    reason: z.string(),
    initiator: AgentAddress,
    parties: z.array(ConversationParty),
    /** Our own change: of the initiator the proposed one, of a participant the related one. */
    own_changes: z.array(Change),
    suggestion_id: z.string().nullable(),
    /** Of those asked: our answer; null: not known yet, or we are the one who asked. */
    answer: ConversationAnswer.nullable(),
    /** 1, and one more each time that a counter-proposal was taken up. */
    round: z.int(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "Conversation" });
export type Conversation = z.infer<typeof Conversation>;

export const ConversationDetail = Conversation.extend({
  steps: z.array(ConversationStep),
}).meta({ id: "ConversationDetail" });
export type ConversationDetail = z.infer<typeof ConversationDetail>;

export const ListConversations = z.object({
  /** All when left out. */
  state: z.array(ConversationState).optional(),
  limit: z.number().int().min(1).max(100).default(50),
  /** Opaque: the previous page's `next_cursor`. */
  cursor: z.string().max(200).optional(),
});
export type ListConversations = z.infer<typeof ListConversations>;

export const ConversationPage = z
  .object({ items: z.array(Conversation), next_cursor: z.string().nullable() })
  .meta({ id: "ConversationPage" });
export type ConversationPage = z.infer<typeof ConversationPage>;

/** Takes up a counter-proposal: the change it names is tested here, and proposed to all. */
export const ReviseConversation = z
  .strictObject({
    /** Whose counter-proposal; may be left out where there is one alone. */
    agent_id: z.string().min(1).max(200).optional(),
  })
  .meta({ id: "ReviseConversation" });
export type ReviseConversation = z.infer<typeof ReviseConversation>;

export const CancelConversation = z
  .strictObject({ reason: z.string().trim().max(2000).default("") })
  .meta({ id: "CancelConversation" });
export type CancelConversation = z.infer<typeof CancelConversation>;
