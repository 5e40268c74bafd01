import { Badge, type Tone } from "@/components/ui/badge";
import type {
  DeadReason,
  DeliveryStatus,
  MessageRefusal,
  SignatureState,
  StoredMessage,
} from "@/server/contracts";

const STATUSES: Record<DeliveryStatus, { label: string; tone: Tone }> = {
  queued: { label: "Queued", tone: "info" },
  sent: { label: "Sent", tone: "info" },
  delivered: { label: "Delivered", tone: "positive" },
  received: { label: "Received", tone: "info" },
  quarantined: { label: "In quarantine", tone: "warning" },
  handled: { label: "Handled", tone: "positive" },
  dead: { label: "Dead", tone: "negative" },
  discarded: { label: "Discarded", tone: "neutral" },
};

export function DeliveryBadge({ status }: { status: DeliveryStatus }) {
  const { label, tone } = STATUSES[status];
  return <Badge tone={tone}>{label}</Badge>;
}

/** Why a message was given up. */
export const DEAD_REASONS: Record<DeadReason, string> = {
  expired: "expired",
  no_route: "no such agent is registered",
  refused: "refused by the recipient",
  invalid_content: "invalid content",
  failed: "handling it failed each time",
  out_of_place: "does not fit its conversation",
  refused_here: "refused by a person here",
};

/** Why a message was refused at the door. */
export const REFUSALS: Record<MessageRefusal, string> = {
  invalid_envelope: "not a valid envelope",
  too_large: "too large",
  too_deep: "nested too deeply",
  unsigned: "unsigned",
  bad_signature: "wrong signature",
  unknown_agent: "unknown agent",
  unknown_key: "unknown key",
  sender_mismatch: "speaks for another agent",
  wrong_domain: "speaks for another product or domain",
  wrong_recipient: "meant for another agent",
  message_expired: "expired",
  message_from_the_future: "dated in the future",
  id_reused: "id used for another message",
};

const SIGNATURES: Record<SignatureState, string> = {
  own: "signed by this sidecar",
  verified: "verified",
  token: "unsigned, sender named by its token",
};
export const describeSignature = (state: SignatureState): string => SIGNATURES[state];

const VIAS = { broker: "through the broker", http: "over HTTP" } as const;
export const describeVia = (via: StoredMessage["via"]): string =>
  via === null ? "not delivered yet" : VIAS[via];

/** `schema_proposal` → `Schema proposal`. */
export function describeType(type: string): string {
  const words = type.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Input of the list of dead letters, the same on server and browser so that the cache is shared. */
export const DEAD = { delivery_status: ["dead"] } satisfies { delivery_status: DeliveryStatus[] };

/** The same of messages that were held as suspect. */
export const QUARANTINED = { delivery_status: ["quarantined"] } satisfies {
  delivery_status: DeliveryStatus[];
};
