import { z } from "zod";
import { Permission, Role } from "./identity";
import { ProductFault } from "./product-fault";

/** What a one-time link opens, once. */
export const LinkKind = z.enum(["invitation", "password_reset", "first_admin"]);
export type LinkKind = z.infer<typeof LinkKind>;

/** A person as administrators see them; never a password or its hash. */
export const PersonView = z.object({
  user_id: z.string(),
  email: z.string(),
  name: z.string(),
  roles: z.array(Role),
  is_active: z.boolean(),
  /** false: signs in by the identity provider alone. */
  has_password: z.boolean(),
  /** Has signed in by the identity provider. */
  is_linked: z.boolean(),
  /** Sessions that are open now. */
  session_count: z.int(),
  last_sign_in_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
});
export type PersonView = z.infer<typeof PersonView>;

/** An invitation that was neither accepted nor withdrawn; the link itself was shown once. */
export const Invitation = z.object({
  link_id: z.string(),
  email: z.string(),
  roles: z.array(Role),
  invited_by: z.string(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  is_expired: z.boolean(),
});
export type Invitation = z.infer<typeof Invitation>;

/** What the holder of a link is told before using it. */
export const LinkView = z.object({
  kind: LinkKind,
  /** Whose it is; null: whoever uses it says so. */
  email: z.string().nullable(),
  roles: z.array(Role),
  expires_at: z.iso.datetime(),
  /** false: people here sign in by the identity provider alone. */
  takes_password: z.boolean(),
});
export type LinkView = z.infer<typeof LinkView>;

/** An API key as lists show it: no key, no hash. */
export const ApiKeyView = z.object({
  api_key_id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(Permission),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime().nullable(),
  revoked_at: z.iso.datetime().nullable(),
});
export type ApiKeyView = z.infer<typeof ApiKeyView>;

/** What is pruned by age. */
export const RetentionSubject = z.enum([
  "messages",
  "refusals",
  "jobs",
  "sessions",
  "notifications",
]);
export type RetentionSubject = z.infer<typeof RetentionSubject>;

/** A data product as administrators see it. */
export const ConnectedProduct = z.object({
  product_id: z.string(),
  /** The one that this sidecar observes, tests and changes. */
  is_served: z.boolean(),
  /** Connected in the browser, not by the settings. */
  is_connected_here: z.boolean(),
  base_url: z.string().nullable(),
  domain: z.string().nullable(),
  /** How its calls are told from anybody else's; null: it may not call. */
  credential: z.enum(["jwks", "secret", "setting"]).nullable(),
  last_seen_at: z.iso.datetime().nullable(),
  last_error: z.string().nullable(),
  faults: z.array(ProductFault),
  paused_at: z.iso.datetime().nullable(),
  paused_by: z.string().nullable(),
});
export type ConnectedProduct = z.infer<typeof ConnectedProduct>;

/** How long a kind of row is kept. */
export const RetentionPeriod = z.object({
  subject: RetentionSubject,
  days: z.int(),
  days_default: z.int(),
  /** null: the default counts. */
  updated_by: z.string().nullable(),
  updated_at: z.iso.datetime().nullable(),
});
export type RetentionPeriod = z.infer<typeof RetentionPeriod>;

/** One route of a data product's connector, as it answered. */
export const ConnectorCheck = z.object({
  route: z.string(),
  is_ok: z.boolean(),
  /** false: nothing was asked, because of what another route told. */
  is_asked: z.boolean(),
  /** What it answered, or what is wrong and what to do. */
  detail: z.string(),
  fault: ProductFault.nullable(),
});
export type ConnectorCheck = z.infer<typeof ConnectorCheck>;

/** What a data product has to know of this sidecar. */
export const KeyExchange = z.object({
  /** Subject of its tokens. */
  agent_id: z.string(),
  issuer: z.string(),
  /** Below the sidecar's address, which is `public_url` where it is set. */
  jwks_path: z.string(),
  public_url: z.string().nullable(),
  key_ids: z.array(z.string()),
});
export type KeyExchange = z.infer<typeof KeyExchange>;
