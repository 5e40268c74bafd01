import { sql } from "drizzle-orm";
import {
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import type { InboxView } from "@/server/contracts";
import { users } from "./identity";
import { suggestions } from "./suggestions";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

const suggestionId = () =>
  text("suggestion_id")
    .notNull()
    .references(() => suggestions.id, { onDelete: "cascade" });
const person = (name: string) => uuid(name).references(() => users.id, { onDelete: "cascade" });

/** Who is to decide, and who is at it. Without a row: nobody. */
export const suggestionTriage = pgTable(
  "suggestion_triage",
  {
    suggestionId: suggestionId().primaryKey(),
    assigneeId: person("assignee_id"),
    claimedBy: person("claimed_by"),
    /** A claim that has ended counts as none. */
    claimEndsAt: instant("claim_ends_at"),
  },
  (t) => [index("suggestion_triage_assignee").on(t.assigneeId)],
);

/** What each person has read, and put off. */
export const suggestionMarks = pgTable(
  "suggestion_marks",
  {
    suggestionId: suggestionId(),
    userId: person("user_id").notNull(),
    readAt: instant("read_at"),
    snoozedUntil: instant("snoozed_until"),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.suggestionId] }),
    index("suggestion_marks_snoozed").on(t.userId).where(sql`snoozed_until is not null`),
  ],
);

export const suggestionComments = pgTable(
  "suggestion_comments",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    suggestionId: suggestionId(),
    authorId: person("author_id").notNull(),
    body: text("body").notNull(),
    /** Ids of people. */
    mentions: jsonb("mentions").$type<string[]>().notNull().default([]),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [index("suggestion_comments_suggestion").on(t.suggestionId, t.at)],
);

export const savedViews = pgTable(
  "saved_views",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: person("user_id").notNull(),
    name: text("name").notNull(),
    view: jsonb("view").$type<InboxView>().notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [unique("saved_views_name").on(t.userId, t.name)],
);
