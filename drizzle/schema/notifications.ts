import { sql } from "drizzle-orm";
import {
  boolean,
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
  NotificationChannel,
  type NotificationDetails,
  NotificationEvent,
  type NotificationPreferences,
  NotificationState,
  NotificationSubject,
} from "@/server/contracts";
import { checkOneOf } from "./closed-values";
import { users } from "./identity";
import { suggestions } from "./suggestions";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

/** What happened that people may want to know, written in the transaction in which it happened. */
export const notifications = pgTable(
  "notifications",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    event: text("event").$type<NotificationEvent>().notNull(),
    subjectType: text("subject_type").$type<NotificationSubject>().notNull(),
    subjectId: text("subject_id").notNull(),
    suggestionId: text("suggestion_id").references(() => suggestions.id, { onDelete: "cascade" }),
    productId: text("product_id"),
    /** Who did it, as actorKey names it, and as people know it. */
    actorKey: text("actor_key").notNull(),
    actorLabel: text("actor_label").notNull(),
    details: jsonb("details").$type<NotificationDetails>().notNull().default({}),
    /** These people, and nobody else; null: whoever may get the event. */
    userIds: jsonb("user_ids").$type<string[]>(),
    /** Asked for twice under one key it is one notification. */
    dedupeKey: text("dedupe_key").unique(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    checkOneOf("notifications_event_known", t.event, NotificationEvent.options),
    checkOneOf("notifications_subject_known", t.subjectType, NotificationSubject.options),
    index("notifications_created").on(t.createdAt, t.id),
    index("notifications_suggestion").on(t.suggestionId, t.createdAt),
  ],
);

/** One notification on its way to one recipient. */
export const notificationDeliveries = pgTable(
  "notification_deliveries",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    notificationId: uuid("notification_id")
      .notNull()
      .references(() => notifications.id, { onDelete: "cascade" }),
    channel: text("channel").$type<NotificationChannel>().notNull(),
    /** Where it goes: an e-mail address, a Slack conversation, a webhook's id. */
    recipient: text("recipient").notNull(),
    /** null: a channel of the team. */
    userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
    state: text("state").$type<NotificationState>().notNull(),
    /** Not before this moment: the end of somebody's quiet hours. */
    dueAt: instant("due_at").notNull().defaultNow(),
    attempts: integer("attempts").notNull().default(0),
    lastError: text("last_error"),
    /** How the other side names what it took: a Message-ID, a Slack timestamp. */
    providerId: text("provider_id"),
    /** The digest that it was collected in. */
    digestId: uuid("digest_id").references(() => notifications.id, { onDelete: "set null" }),
    createdAt: instant("created_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
  },
  (t) => [
    checkOneOf("notification_deliveries_channel_known", t.channel, NotificationChannel.options),
    checkOneOf("notification_deliveries_state_known", t.state, NotificationState.options),
    uniqueIndex("notification_deliveries_once").on(t.notificationId, t.channel, t.recipient),
    index("notification_deliveries_created").on(t.createdAt, t.id),
    index("notification_deliveries_user").on(t.userId, t.createdAt, t.id),
    index("notification_deliveries_waiting").on(t.userId).where(sql`state = 'waiting'`),
    index("notification_deliveries_digest").on(t.digestId),
  ],
);

/** What a person wants to be told, and how. */
export const notificationPreferences = pgTable("notification_preferences", {
  userId: uuid("user_id")
    .primaryKey()
    .references(() => users.id, { onDelete: "cascade" }),
  /** null: the defaults. */
  preferences: jsonb("preferences").$type<NotificationPreferences>(),
  /** Their member id in the Slack workspace, once known. */
  slackUserId: text("slack_user_id").unique(),
  digestedAt: instant("digested_at"),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

/** The message about a suggestion in a Slack conversation, which is kept up to date in its place. */
export const slackMessages = pgTable(
  "slack_messages",
  {
    suggestionId: text("suggestion_id")
      .notNull()
      .references(() => suggestions.id, { onDelete: "cascade" }),
    channel: text("channel").notNull(),
    /** Conversation and timestamp as Slack answered; null: being posted. */
    conversation: text("conversation"),
    ts: text("ts"),
    /** Who writes it now: two at once could leave the older of their texts. */
    claimedBy: text("claimed_by"),
    claimedUntil: instant("claimed_until"),
  },
  (t) => [primaryKey({ columns: [t.suggestionId, t.channel] })],
);

/** Requests of Slack that were taken, by their signature: none is taken twice. */
export const slackRequests = pgTable(
  "slack_requests",
  {
    signature: text("signature").primaryKey(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [index("slack_requests_at").on(t.at)],
);

/** Addresses of others that are told of events, each request signed with a secret of its own. */
export const webhooks = pgTable("webhooks", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name").notNull().unique(),
  url: text("url").notNull(),
  events: jsonb("events").$type<NotificationEvent[]>().notNull(),
  /** Sealed under SESSION_SECRET; shown once, when it was made. */
  sealedSecret: text("sealed_secret").notNull(),
  isActive: boolean("is_active").notNull().default(true),
  createdBy: text("created_by").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});
