import { sql } from "drizzle-orm";
import {
  bigserial,
  boolean,
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
import type { JWK } from "jose";
import {
  LinkKind,
  type Permission,
  RetentionSubject,
  type Role,
  TokenKind,
} from "@/server/contracts";
import { checkOneOf } from "./closed-values";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

export const users = pgTable("users", {
  id: uuid("id").primaryKey().defaultRandom(),
  email: text("email").notNull().unique(),
  name: text("name").notNull(),
  /** Argon2id; null: signs in by the identity provider alone. */
  passwordHash: text("password_hash"),
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

/** Sign-ins. The cookie names its row: it opens nothing once that has ended or expired. */
export const sessions = pgTable(
  "sessions",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** Network it was begun from, as the web server saw it. */
    network: text("network").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    endedAt: instant("ended_at"),
  },
  (t) => [index("sessions_user").on(t.userId, t.network)],
);

/** Links that open one thing once: an invitation, a new password, the first administrator. */
export const oneTimeLinks = pgTable(
  "one_time_links",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    kind: text("kind").$type<LinkKind>().notNull(),
    /** SHA-256 of the token, which is shown once. */
    tokenHash: text("token_hash").notNull().unique(),
    /** Of an invitation: whom, and what that person may do. */
    email: text("email"),
    roles: jsonb("roles").$type<Role[]>().notNull().default([]),
    /** Of a password reset: whose. */
    userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    usedAt: instant("used_at"),
    /** Withdrawn, or replaced by a newer one. */
    revokedAt: instant("revoked_at"),
  },
  (t) => [
    checkOneOf("one_time_links_kind_known", t.kind, LinkKind.options),
    check(
      "one_time_links_subject",
      sql`(${t.kind} = 'invitation') = (${t.email} is not null)
        and (${t.kind} = 'password_reset') = (${t.userId} is not null)`,
    ),
    uniqueIndex("one_time_links_one_open")
      .on(t.kind, sql`coalesce(${t.email}, ${t.userId}::text, '')`)
      .where(sql`${t.usedAt} is null and ${t.revokedAt} is null`),
  ],
);

/** Who a person is at an identity provider; a name there belongs to one person here. */
export const userIdentities = pgTable(
  "user_identities",
  {
    issuer: text("issuer").notNull(),
    subject: text("subject").notNull(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    linkedAt: instant("linked_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.issuer, t.subject] }),
    uniqueIndex("user_identities_one_each").on(t.userId, t.issuer),
  ],
);

/** Tokens the sidecar signed, by their `jti`: what can be listed, and revoked one by one. */
export const issuedTokens = pgTable(
  "issued_tokens",
  {
    jti: uuid("jti").primaryKey(),
    kind: text("kind").$type<TokenKind>().notNull(),
    subject: text("subject").notNull(),
    audience: text("audience").notNull(),
    issuedBy: text("issued_by").notNull(),
    issuedAt: instant("issued_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    revokedAt: instant("revoked_at"),
  },
  (t) => [checkOneOf("issued_tokens_kind_known", t.kind, TokenKind.options)],
);

/** Failed sign-ins of the last hours: what the back-off after guesses counts. */
export const signInAttempts = pgTable(
  "sign_in_attempts",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    /** As typed, lower case; need not be a user. */
    email: text("email").notNull(),
    /** Network address; of IPv6 the part that one subscriber has. */
    address: text("address").notNull(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [
    index("sign_in_attempts_pair").on(t.email, t.address, t.at),
    index("sign_in_attempts_address").on(t.address, t.at),
  ],
);

/**
 * What each caller has used up of its requests a minute: until `free_at` they are spent. Unlogged in the
 * database (its migration says so): after a crash all begin anew, and counting costs no write-ahead log.
 */
export const requestRates = pgTable("request_rates", {
  /** Kind and id of an actor, or `network:` and the address. */
  caller: text("caller").primaryKey(),
  freeAt: timestamp("free_at", { withTimezone: true, mode: "date" }).notNull(),
});

/** Ed25519 key pairs the sidecar signs with. One is active; what retired ones signed still verifies. */
export const signingKeys = pgTable(
  "signing_keys",
  {
    /** Thumbprint of the public half (RFC 7638). */
    kid: text("kid").primaryKey(),
    publicJwk: jsonb("public_jwk").$type<JWK>().notNull(),
    /** Sealed under SESSION_SECRET; deleted when the pair is retired. */
    sealedPrivateKey: text("sealed_private_key"),
    state: text("state").$type<"active" | "retired">().notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    retiredAt: instant("retired_at"),
    /** When the last token signed with it has ended: until then a retired pair is published. */
    verifyUntil: instant("verify_until").notNull(),
    /** Compact JWS in which the pair before it vouches for this one; null: there was none, or it did not open. */
    endorsement: text("endorsement"),
  },
  (t) => [
    uniqueIndex("signing_keys_one_active").on(t.state).where(sql`${t.state} = 'active'`),
    check(
      "signing_keys_state",
      sql`(${t.state} = 'active' and ${t.sealedPrivateKey} is not null and ${t.retiredAt} is null)
        or (${t.state} = 'retired' and ${t.sealedPrivateKey} is null and ${t.retiredAt} is not null)`,
    ),
  ],
);

/** How a data product proves who it is: its published keys, or a secret shared with it alone. */
export const productCredentials = pgTable(
  "product_credentials",
  {
    productId: text("product_id").primaryKey(),
    jwksUrl: text("jwks_url"),
    /** Sealed under SESSION_SECRET: checking HS256 takes the secret itself. */
    sealedSecret: text("sealed_secret"),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    check("product_credentials_one_of", sql`num_nonnulls(${t.jwksUrl}, ${t.sealedSecret}) = 1`),
  ],
);

/**
 * Data products that were connected, or paused, in the browser. The served one takes the place of
 * DATA_PRODUCT_ID and DATA_PRODUCT_API.
 */
export const productConnections = pgTable(
  "product_connections",
  {
    productId: text("product_id").primaryKey(),
    /** Below which its /connector lies; null: the address of the settings. */
    baseUrl: text("base_url"),
    isServed: boolean("is_served").notNull().default(false),
    connectedBy: text("connected_by"),
    connectedAt: instant("connected_at"),
    pausedBy: text("paused_by"),
    pausedAt: instant("paused_at"),
  },
  (t) => [
    uniqueIndex("product_connections_one_served").on(t.isServed).where(sql`${t.isServed}`),
    check("product_connections_address", sql`not ${t.isServed} or ${t.baseUrl} is not null`),
  ],
);

/** How long what is pruned is kept, where an administrator has chosen; else the default counts. */
export const retentionPeriods = pgTable(
  "retention_periods",
  {
    subject: text("subject").$type<RetentionSubject>().primaryKey(),
    days: integer("days").notNull(),
    updatedBy: text("updated_by").notNull(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [checkOneOf("retention_periods_subject_known", t.subject, RetentionSubject.options)],
);
