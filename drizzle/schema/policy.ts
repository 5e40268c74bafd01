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
import type { Policy } from "@/server/contracts";
import { suggestions } from "./suggestions";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

/** Every version of the policy, kept for ever; the highest one holds. None: the default policy holds. */
export const policies = pgTable("policies", {
  version: integer("version").primaryKey(),
  document: jsonb("document").$type<Policy>().notNull(),
  /** Why it was changed. */
  comment: text("comment").notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

/** Who approved what of a suggestion, as it stands: one approval a person, their last. */
export const approvals = pgTable(
  "approvals",
  {
    suggestionId: text("suggestion_id")
      .notNull()
      .references(() => suggestions.id, { onDelete: "cascade" }),
    /** A user's id; `policy`: approved automatically. */
    personId: text("person_id").notNull(),
    label: text("label").notNull(),
    /** Held when it was given. */
    roles: jsonb("roles").$type<string[]>().notNull(),
    /** It counts for these changes and this revision of the advice alone. */
    itemIds: jsonb("item_ids").$type<string[]>().notNull(),
    revision: integer("revision").notNull(),
    comment: text("comment").notNull(),
    acknowledgesAlone: boolean("acknowledges_alone").notNull().default(false),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.suggestionId, t.personId] }),
    index("approvals_automatic").on(t.at).where(sql`person_id = 'policy'`),
  ],
);

/** Each time that somebody stopped all automation, and when it was lifted. */
export const emergencyStops = pgTable(
  "emergency_stops",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    engagedAt: instant("engaged_at").notNull().defaultNow(),
    engagedBy: text("engaged_by").notNull(),
    reason: text("reason").notNull(),
    /** null: it is on. */
    liftedAt: instant("lifted_at"),
    liftedBy: text("lifted_by"),
    liftReason: text("lift_reason"),
  },
  () => [
    uniqueIndex("emergency_stops_one").on(sql`(lifted_at is null)`).where(sql`lifted_at is null`),
  ],
);
