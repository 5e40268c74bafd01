import { Badge, type Tone } from "@/components/ui/badge";
import type {
  Conversation,
  ConversationKind,
  ConversationState,
  PartyState,
  SchemaProposalSubject,
} from "@/server/contracts";

export const KINDS: Record<ConversationKind, string> = {
  schema_change: "Schema change",
  query_optimization: "Query optimization",
  quality_alert: "Quality alert",
  resource_scale: "Resource scaling",
  coordination: "Coordination",
};

const STATES: Record<ConversationState, { label: string; tone: Tone }> = {
  assessing: { label: "Testing", tone: "info" },
  proposed: { label: "Waiting for answers", tone: "info" },
  evaluating: { label: "Evaluating", tone: "info" },
  awaiting_approval: { label: "To approve", tone: "warning" },
  countered: { label: "Counter-proposal", tone: "warning" },
  accepted: { label: "Accepted", tone: "info" },
  executing: { label: "Executing", tone: "info" },
  completed: { label: "Executed here", tone: "info" },
  updating: { label: "Updating", tone: "info" },
  compensating: { label: "Rolling back", tone: "warning" },
  synced: { label: "In sync", tone: "positive" },
  answered: { label: "Answered", tone: "positive" },
  rejected: { label: "Rejected", tone: "negative" },
  expired: { label: "Expired", tone: "neutral" },
  cancelled: { label: "Cancelled", tone: "neutral" },
  failed: { label: "Failed", tone: "negative" },
  compensated: { label: "Rolled back", tone: "warning" },
  compensation_failed: { label: "Rollback failed", tone: "negative" },
};

/** An accepted conversation of ours waits for a person; of another's, for its execution. */
const OWN_ACCEPTED = { label: "To approve", tone: "warning" } as const;

const PARTY_STATES: Record<PartyState, { label: string; tone: Tone }> = {
  executed: { label: "Executed", tone: "info" },
  cancelled: { label: "Cancelled", tone: "neutral" },
  compensation_failed: { label: "Rollback failed", tone: "negative" },
  invited: { label: "Asked", tone: "info" },
  accepted: { label: "Accepted", tone: "positive" },
  rejected: { label: "Rejected", tone: "negative" },
  countered: { label: "Counter-proposal", tone: "warning" },
  synced: { label: "In sync", tone: "positive" },
  failed: { label: "Failed", tone: "negative" },
  compensated: { label: "Rolled back", tone: "warning" },
  answered: { label: "Answered", tone: "positive" },
  expired: { label: "Expired", tone: "neutral" },
};

export function ConversationBadge({ state, role }: Pick<Conversation, "state" | "role">) {
  const { label, tone } =
    state === "accepted" && role === "initiator" ? OWN_ACCEPTED : STATES[state];
  return (
    <Badge tone={tone} data-state-name={state}>
      {label}
    </Badge>
  );
}

export function PartyBadge({ state }: { state: PartyState }) {
  const { label, tone } = PARTY_STATES[state];
  return <Badge tone={tone}>{label}</Badge>;
}

/** A proposed change in a few words: `add column \`projects.risk_id\` (UUID)`. */
export function describeSubject({ operation, details }: SchemaProposalSubject): string {
  const { table, column_name, column_type, required } = details;
  const name = column_name === "" ? table : `${table}.${column_name}`;
  const type = [column_type, required ? "required" : ""].filter((part) => part !== "").join(", ");
  return `${operation.replaceAll("_", " ")} \`${name}\`${type === "" ? "" : ` (${type})`}`;
}

/** In the browser's own tab. */
export const titleOfTab = ({ title, kind }: Pick<Conversation, "title" | "kind">): string =>
  `${title.replaceAll("`", "")} · ${KINDS[kind]}`;

/** Who it is with, seen from here. */
export function describeParties({
  role,
  initiator,
  parties,
}: Pick<Conversation, "role" | "initiator" | "parties">): string {
  if (role === "participant") return `from ${initiator.agent_id}`;
  return `with ${parties.map(({ agent_id }) => agent_id).join(", ") || "nobody yet"}`;
}
