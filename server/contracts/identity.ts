import { z } from "zod";

export const Role = z.enum(["viewer", "reviewer", "operator", "admin", "data-product", "agent"]);
export type Role = z.infer<typeof Role>;

/**
 * Issuer (`iss`) of every token the sidecar signs, and audience (`aud`) of every token meant for
 * it. No data product may have this id.
 */
export const SIDECAR_ISSUER = "agentic-sidecar";

/** The only list of things one may be allowed to do. */
export const Permission = z.enum([
  "suggestion.read",
  "suggestion.analyze",
  "suggestion.decide",
  /** Add one's approval where the policy asks for one's role. */
  "suggestion.approve",
  "suggestion.feedback",
  "operation.read",
  "operation.execute",
  "operation.revert",
  "product.read",
  "audit.read",
  "job.manage",
  "message.send",
  /** See messages, dead letters and refusals; replay and discard dead letters. */
  "message.manage",
  /** See all notifications, send them again, and keep webhooks. */
  "notification.manage",
  /** Agents of the directory, and conversations with them. */
  "conversation.read",
  "conversation.start",
  "model.read",
  "model.promote",
  /** Connect, pause and resume data products. */
  "product.manage",
  /** How long what is pruned is kept. */
  "retention.manage",
  "key.manage",
  "user.manage",
  "policy.read",
  /** Change the policy, and lift the emergency stop. */
  "policy.manage",
  /** Engage the emergency stop. */
  "automation.stop",
]);
export type Permission = z.infer<typeof Permission>;

export const ActorKind = z.enum(["user", "data-product", "agent", "api-key", "system"]);
export type ActorKind = z.infer<typeof ActorKind>;

/** Whom a signed token can name. */
export const TokenKind = z.enum(["user", "data-product", "agent"]);
export type TokenKind = z.infer<typeof TokenKind>;

/** Who acts. Persons decide; machines (data products, agents, API keys) never do. */
export const Actor = z.object({
  kind: ActorKind,
  id: z.string(),
  /** Shown to people: an e-mail address, a product id, a key's name. */
  label: z.string(),
  roles: z.array(Role),
  /** API keys only: permissions the key was created with; narrows the roles' permissions. */
  scopes: z.array(Permission).optional(),
});
export type Actor = z.infer<typeof Actor>;
