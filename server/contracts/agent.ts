import { z } from "zod";
import { AgentAddress } from "./message";

/** What a sidecar can do for others; an agent may advertise names of its own too. */
export const CAPABILITIES = [
  "schema_change",
  "query_optimization",
  "quality_alert",
  "resource_scale",
  "coordination",
] as const;

const Capability = z.string().min(1).max(100);

/** A public key that an agent signs with (RFC 7517). */
export const PublicKey = z
  .object({
    kty: z.literal("OKP"),
    crv: z.literal("Ed25519"),
    x: z.string().regex(/^[\w-]{43}$/),
    kid: z.string().min(1).max(200),
  })
  // What else a published key says (`use`, `alg`) is dropped; a private part never comes in.
  .strip();
export type PublicKey = z.infer<typeof PublicKey>;

/** Public keys of an agent; none: an administrator removed it, and nothing it signs counts. */
export const PublicKeySet = z.object({ keys: z.array(PublicKey).max(20) });
export type PublicKeySet = z.infer<typeof PublicKeySet>;

/** What an agent tells the registry of itself. */
export const AgentCard = AgentAddress.extend({
  /** Base URL of its REST interface; messages go to `/agent/message` below it. */
  url: z.url({ protocol: /^https?$/ }).max(500),
  /** Names the broker it takes messages from (a digest of its address); null: HTTP alone. */
  broker_id: z.string().max(100).nullable(),
  capabilities: z.array(Capability).max(100),
  jwks: PublicKeySet,
  /** MESSAGE_VERSION it speaks. */
  message_version: z.string().max(20),
}).meta({ id: "AgentCard" });
export type AgentCard = z.infer<typeof AgentCard>;

/** `online`: its lease runs. `offline`: it ended. `gone`: it left for good, or an administrator removed it. */
export const AgentStatus = z.enum(["online", "offline", "gone"]);
export type AgentStatus = z.infer<typeof AgentStatus>;

/** One agent as the registry, and each sidecar's cached directory, knows it. */
export const RegisteredAgent = AgentCard.extend({
  status: AgentStatus,
  registered_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime(),
  lease_until: z.iso.datetime(),
  /** Grows with each change of the directory: the change feed's cursor. */
  version: z.int(),
}).meta({ id: "RegisteredAgent" });
export type RegisteredAgent = z.infer<typeof RegisteredAgent>;

/** Whom to look for: all that is given must fit. */
export const AgentQuery = z.object({
  agent_id: z.string().max(200).optional(),
  product_id: z.string().max(200).optional(),
  domain: z.string().max(200).optional(),
  capability: Capability.optional(),
});
export type AgentQuery = z.infer<typeof AgentQuery>;

/** The directory as a sidecar has it: how old it is, and whether the registry answers. */
export const Directory = z
  .object({
    registry_url: z.string().nullable(),
    /** When the registry last answered; null: never. */
    refreshed_at: z.iso.datetime().nullable(),
    is_registry_reachable: z.boolean(),
    error: z.string().nullable(),
    agents: z.array(RegisteredAgent),
  })
  .meta({ id: "Directory" });
export type Directory = z.infer<typeof Directory>;

/** How deliveries to one agent do, as its circuit knows it. */
export const PeerState = z.object({
  agent_id: z.string(),
  /** Deliveries in a row that failed. */
  failures: z.int(),
  /** Nothing is sent before; null: the circuit is closed. */
  open_until: z.iso.datetime().nullable(),
  last_contact_at: z.iso.datetime().nullable(),
  last_error: z.string().nullable(),
  /** Messages to it that it has not confirmed. */
  waiting: z.int(),
  /** Age of the oldest of them; null: none waits. */
  lag_ms: z.number().nullable(),
  /** Asked for → delivered, of the last hour's; null: none was delivered. */
  delivery_ms_p95: z.number().nullable(),
});
export type PeerState = z.infer<typeof PeerState>;

/** Deliveries to all agents that there were any to, and which agent of the directory is ours. */
export const PeerOverview = z.object({ own_agent_id: z.string(), peers: z.array(PeerState) });
export type PeerOverview = z.infer<typeof PeerOverview>;

/** Audience (`aud`) of the tokens that agents call the registry with. */
export const REGISTRY_AUDIENCE = "registry";

/** Body of `POST` and `PUT /registry/agents`, signed (Message-Signature) with a key of the card. */
export const AgentRegistration = z
  .object({
    card: AgentCard,
    /**
     * Compact JWS in which a key that the registry knows, or one endorsed like this, vouches for its
     * successor: needed after a rotation.
     */
    endorsements: z.array(z.string().max(4000)).max(20).default([]),
  })
  .meta({ id: "AgentRegistration" });
export type AgentRegistration = z.infer<typeof AgentRegistration>;

/** Answer to a registration or heartbeat. */
export const AgentLease = z
  .object({
    agent_id: z.string(),
    lease_until: z.iso.datetime(),
    /** Of the directory. */
    version: z.int(),
  })
  .meta({ id: "AgentLease" });
export type AgentLease = z.infer<typeof AgentLease>;

/** What changed in the directory after a version. */
export const DirectoryChanges = z
  .object({
    /** Ask for what comes after this one next. */
    version: z.int(),
    /** True: these are all agents there are; any other is forgotten. */
    is_complete: z.boolean(),
    agents: z.array(RegisteredAgent),
  })
  .meta({ id: "DirectoryChanges" });
export type DirectoryChanges = z.infer<typeof DirectoryChanges>;

/** The directory by domain: its products, and the agents of each. */
export const DomainDirectory = z
  .object({
    domains: z.array(
      z.object({
        domain: z.string(),
        products: z.array(z.object({ product_id: z.string(), agents: z.array(RegisteredAgent) })),
      }),
    ),
  })
  .meta({ id: "DomainDirectory" });
export type DomainDirectory = z.infer<typeof DomainDirectory>;

/** Whom an administrator lets register: once, with the token that is made for it. */
export const EnrolAgent = AgentAddress.extend({
  /** Until the token ends unused. */
  hours: z
    .number()
    .positive()
    .max(24 * 90)
    .default(72),
});
export type EnrolAgent = z.infer<typeof EnrolAgent>;
