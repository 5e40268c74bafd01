import { Badge, type Tone } from "@/components/ui/badge";
import type { SuggestionState } from "@/server/contracts";

const STATES: Record<SuggestionState, { label: string; tone: Tone }> = {
  proving: { label: "Testing", tone: "info" },
  pending: { label: "To review", tone: "warning" },
  no_gain: { label: "No gain found", tone: "neutral" },
  approved: { label: "Approved", tone: "info" },
  rejected: { label: "Rejected", tone: "negative" },
  expired: { label: "Expired", tone: "neutral" },
  superseded: { label: "Superseded", tone: "neutral" },
  executing: { label: "Executing", tone: "info" },
  executed: { label: "Executed", tone: "info" },
  failed: { label: "Failed", tone: "negative" },
  verified: { label: "Verified", tone: "positive" },
  reverted: { label: "Rolled back", tone: "warning" },
};

/** `label` says more than the state alone can, where more is known. */
export function StateBadge(props: { state: SuggestionState; label?: string | undefined }) {
  const { label, tone } = STATES[props.state];
  return (
    <Badge tone={tone} data-state-name={props.state}>
      {props.label ?? label}
    </Badge>
  );
}
