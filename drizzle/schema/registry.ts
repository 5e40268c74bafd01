import { index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { type AgentCard, AgentStatus } from "@/server/contracts";
import { checkOneOf } from "./closed-values";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

/** The registry's own tables: of the registry role alone, in whichever database it is given. */
export const registryAgents = pgTable(
  "registry_agents",
  {
    agentId: text("agent_id").primaryKey(),
    /** Both fixed when it was enrolled: an agent never speaks for another product or domain. */
    productId: text("product_id").notNull(),
    domain: text("domain").notNull(),
    card: jsonb("card").$type<AgentCard>().notNull(),
    registeredAt: instant("registered_at").notNull().defaultNow(),
    lastSeenAt: instant("last_seen_at").notNull().defaultNow(),
    leaseUntil: instant("lease_until").notNull(),
    status: text("status").$type<AgentStatus>().notNull().default("online"),
    /** It said goodbye, or an administrator removed it (its card then has no keys). */
    goneAt: instant("gone_at"),
    /** From registry_clock: the change feed's order. */
    version: integer("version").notNull(),
  },
  (t) => [
    checkOneOf("registry_agents_status_known", t.status, AgentStatus.options),
    index("registry_agents_version").on(t.version),
    index("registry_agents_domain").on(t.domain),
  ],
);

/** Who may register: made by an administrator, used once. */
export const registryEnrolments = pgTable("registry_enrolments", {
  /** SHA-256 of the token. */
  tokenHash: text("token_hash").primaryKey(),
  agentId: text("agent_id").notNull(),
  productId: text("product_id").notNull(),
  domain: text("domain").notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
});

/** One row: the version of the last change. Locked while one is made, so that readers miss none. */
export const registryClock = pgTable("registry_clock", {
  /** Always 1. */
  id: integer("id").primaryKey(),
  version: integer("version").notNull().default(0),
});

/** Tokens that agents have called the registry with: each counts once. Kept until it ends. */
export const registryUsedTokens = pgTable(
  "registry_used_tokens",
  {
    /** SHA-256 of the agent's id and the token's `jti`. */
    tokenHash: text("token_hash").primaryKey(),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [index("registry_used_tokens_end").on(t.expiresAt)],
);
