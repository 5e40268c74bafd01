import { sql } from "drizzle-orm";
import {
  bigserial,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import {
  type AnswerEvidence,
  type Change,
  type ConversationAnswer,
  ConversationKind,
  ConversationRole,
  ConversationState,
  DeadReason,
  DeliveryStatus,
  type FirstOpinion,
  type Lane,
  MessageDirection,
  MessagePriority,
  MessageRefusal,
  PartyState,
  type RegisteredAgent,
  type SchemaProposalSubject,
  type Screening,
  SignatureState,
} from "@/server/contracts";
import { checkOneOf } from "./closed-values";
import { suggestions } from "./suggestions";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

/**
 * Messages of other agents and our own. The first eight columns are the specification's (section 4); the
 * rest is how each came or goes. A row of ours is the outbox: written in the transaction that made the
 * message necessary.
 */
export const agentMessages = pgTable(
  "agent_messages",
  {
    /** Version 5 UUID of sender and the protocol's id, which is free text. */
    messageId: uuid("message_id").primaryKey(),
    senderId: text("sender_id").notNull(),
    recipientId: text("recipient_id").notNull(),
    /** Of a later version too: unknown ones are answered with an error message. */
    messageType: text("message_type").notNull(),
    /** The envelope's content. */
    content: jsonb("content").$type<Record<string, unknown>>().notNull(),
    sentTimestamp: instant("sent_timestamp").notNull(),
    deliveryStatus: text("delivery_status").$type<DeliveryStatus>().notNull(),
    /** The record that this one answers. */
    responseId: uuid("response_id"),

    direction: text("direction").$type<MessageDirection>().notNull(),
    /** The envelope as text: what was signed, byte by byte. */
    envelope: text("envelope").notNull(),
    /** Compact JWS without its payload; null: unsigned. */
    signature: text("signature"),
    signatureState: text("signature_state").$type<SignatureState>().notNull(),
    keyId: text("key_id"),
    /** Digest of the envelope in which the order of keys does not matter: repeats are told by it. */
    digest: text("digest").notNull(),
    conversationId: uuid("conversation_id"),
    sequence: integer("sequence"),
    priority: text("priority").$type<MessagePriority>().notNull(),
    /** Arrival less the head start of its priority: the order in which messages are taken. */
    dueAt: instant("due_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    attempts: integer("attempts").notNull().default(0),
    /** Not before: after a failed attempt, or until a receipt is overdue. */
    nextAt: instant("next_at").notNull().defaultNow(),
    via: text("via").$type<"broker" | "http">(),
    deadReason: text("dead_reason").$type<DeadReason>(),
    lastError: text("last_error"),
    /** A person released it from quarantine: when, and who. */
    releasedAt: instant("released_at"),
    releasedBy: text("released_by"),
    /** The model is to look at it, and has not been asked yet; null: it is not, or it has been. */
    modelDueAt: instant("model_due_at"),
    screening: jsonb("screening").$type<Screening>(),
    firstOpinion: jsonb("first_opinion").$type<FirstOpinion>(),
    createdAt: instant("created_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
  },
  (t) => [
    check("agent_messages_type_named", sql`length(message_type) between 1 and 100`),
    checkOneOf("agent_messages_delivery_known", t.deliveryStatus, DeliveryStatus.options),
    checkOneOf("agent_messages_direction_known", t.direction, MessageDirection.options),
    checkOneOf("agent_messages_signature_known", t.signatureState, SignatureState.options),
    checkOneOf("agent_messages_priority_known", t.priority, MessagePriority.options),
    checkOneOf("agent_messages_dead_known", t.deadReason, DeadReason.options),
    index("agent_messages_open")
      .on(t.direction, t.dueAt)
      .where(sql`delivery_status in ('queued', 'sent', 'received')`),
    // What recipients have without a receipt is counted before they are handed more.
    index("agent_messages_sent")
      .on(t.recipientId, t.nextAt)
      .where(sql`direction = 'outbound' and delivery_status = 'sent'`),
    index("agent_messages_conversation").on(t.conversationId, t.createdAt),
    index("agent_messages_dead").on(t.finishedAt).where(sql`delivery_status = 'dead'`),
    index("agent_messages_for_model").on(t.modelDueAt).where(sql`model_due_at is not null`),
    index("agent_messages_quarantined").on(t.expiresAt).where(sql`delivery_status = 'quarantined'`),
    index("agent_messages_created").on(t.createdAt),
  ],
);

/** Messages refused at the door, counted by the hour: a flood of them makes few rows. */
export const messageRefusals = pgTable(
  "message_refusals",
  {
    hour: instant("hour").notNull(),
    reason: text("reason").$type<MessageRefusal>().notNull(),
    /** Cut to 200 letters; `*` once an hour has many. */
    claimedSender: text("claimed_sender").notNull(),
    count: integer("count").notNull(),
    lastAt: instant("last_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hour, t.reason, t.claimedSender] }),
    checkOneOf("message_refusals_reason_known", t.reason, MessageRefusal.options),
  ],
);

/** Agents as the registry told them last; kept through its absence. */
export const peers = pgTable("peers", {
  agentId: text("agent_id").primaryKey(),
  productId: text("product_id").notNull(),
  domain: text("domain").notNull(),
  card: jsonb("card").$type<RegisteredAgent>().notNull(),
  /** Deliveries in a row that failed; a delivered one makes it 0. */
  failures: integer("failures").notNull().default(0),
  /** The circuit is open: nothing is sent before. null: closed. */
  openUntil: instant("open_until"),
  lastContactAt: instant("last_contact_at"),
  lastError: text("last_error"),
});

/** One row: when and with what success the registry was asked last. */
export const directoryState = pgTable("directory_state", {
  /** Always 1. */
  id: integer("id").primaryKey(),
  refreshedAt: instant("refreshed_at"),
  /** The change feed's cursor. */
  version: integer("version").notNull().default(0),
  isReachable: integer("is_reachable").notNull().default(0),
  error: text("error"),
});

/** What sidecars agree on, from our point of view; each side has a row of the same id. */
export const conversations = pgTable(
  "conversations",
  {
    id: uuid("id").primaryKey(),
    kind: text("kind").$type<ConversationKind>().notNull(),
    role: text("role").$type<ConversationRole>().notNull(),
    state: text("state").$type<ConversationState>().notNull(),
    statusNote: text("status_note").notNull().default(""),
    subject: jsonb("subject").$type<Record<string, unknown>>().notNull(),
    reason: text("reason").notNull().default(""),
    priority: text("priority").$type<MessagePriority>().notNull().default("normal"),
    initiator: jsonb("initiator")
      .$type<{ agent_id: string; product_id: string; domain: string }>()
      .notNull(),
    /** Of the initiator: the proposed change of its product. Of a participant: its related one. */
    ownChanges: jsonb("own_changes").$type<Change[]>().notNull().default([]),
    suggestionId: text("suggestion_id").references(() => suggestions.id),
    /** Of a participant: what it makes of the proposal or question; null: not known yet. */
    answer: jsonb("answer").$type<ConversationAnswer>(),
    round: integer("round").notNull().default(1),
    startedBy: text("started_by").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    endedAt: instant("ended_at"),
  },
  (t) => [
    checkOneOf("conversations_kind_known", t.kind, ConversationKind.options),
    checkOneOf("conversations_role_known", t.role, ConversationRole.options),
    checkOneOf("conversations_state_known", t.state, ConversationState.options),
    index("conversations_created").on(t.createdAt, t.id),
    index("conversations_open").on(t.expiresAt).where(sql`ended_at is null`),
    index("conversations_suggestion").on(t.suggestionId),
  ],
);

/** The others: of the initiator everybody asked, of a participant the one who asked. */
export const conversationParties = pgTable(
  "conversation_parties",
  {
    conversationId: uuid("conversation_id")
      .notNull()
      .references(() => conversations.id, { onDelete: "cascade" }),
    agentId: text("agent_id").notNull(),
    productId: text("product_id").notNull(),
    domain: text("domain").notNull(),
    state: text("state").$type<PartyState>().notNull().default("invited"),
    reasons: jsonb("reasons").$type<string[]>().notNull().default([]),
    evidence: jsonb("evidence").$type<AnswerEvidence>(),
    counter: jsonb("counter").$type<SchemaProposalSubject>(),
    /** Sequence of the last of its messages that was handled, and of the last one of ours to it. */
    received: integer("received").notNull().default(0),
    sent: integer("sent").notNull().default(0),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.agentId] }),
    checkOneOf("conversation_parties_state_known", t.state, PartyState.options),
  ],
);

/** The arrows of the sequence diagram, in order. */
export const conversationSteps = pgTable(
  "conversation_steps",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    conversationId: uuid("conversation_id")
      .notNull()
      .references(() => conversations.id, { onDelete: "cascade" }),
    at: instant("at").notNull().defaultNow(),
    from: jsonb("from").$type<Lane>().notNull(),
    to: jsonb("to").$type<Lane>().notNull(),
    label: text("label").notNull(),
    /** Its message's; null: a call between an agent and its product. */
    recordId: uuid("record_id"),
    detail: text("detail").notNull().default(""),
  },
  (t) => [
    index("conversation_steps_order").on(t.conversationId, t.id),
    /** A message handled twice draws one arrow. */
    uniqueIndex("conversation_steps_message").on(t.conversationId, t.recordId),
  ],
);
