import {
  bigserial,
  boolean,
  index,
  jsonb,
  pgTable,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import type { Permission, Role } from "@/server/contracts";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

export const users = pgTable("users", {
  id: uuid("id").primaryKey().defaultRandom(),
  email: text("email").notNull().unique(),
  name: text("name").notNull(),
  /** Argon2id. */
  passwordHash: text("password_hash").notNull(),
  roles: jsonb("roles").$type<Role[]>().notNull(),
  isActive: boolean("is_active").notNull().default(true),
  createdAt: instant("created_at").notNull().defaultNow(),
});

/** The key itself is shown once and never stored: only its SHA-256. */
export const apiKeys = pgTable("api_keys", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name").notNull(),
  /** First characters, to tell keys apart in a list. */
  prefix: text("prefix").notNull(),
  keyHash: text("key_hash").notNull().unique(),
  scopes: jsonb("scopes").$type<Permission[]>().notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  lastUsedAt: instant("last_used_at"),
  expiresAt: instant("expires_at"),
  revokedAt: instant("revoked_at"),
});

/** Failed sign-ins of the last minutes: what the limit on guessing passwords counts. */
export const signInAttempts = pgTable(
  "sign_in_attempts",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    /** As typed, lower case; need not be a user. */
    email: text("email").notNull(),
    address: text("address").notNull(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [
    index("sign_in_attempts_email").on(t.email, t.at),
    index("sign_in_attempts_address").on(t.address, t.at),
  ],
);
