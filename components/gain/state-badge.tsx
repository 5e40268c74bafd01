import { Badge, type Tone } from "@/components/ui/badge";
import type { SuggestionState } from "@/server/contracts";

const STATES: Record<SuggestionState, { label: string; tone: Tone }> = {
  proposed: { label: "Proposed", tone: "neutral" },
  proving: { label: "Proving", tone: "info" },
  pending: { label: "To review", tone: "warning" },
  no_gain: { label: "No gain found", tone: "neutral" },
  approved: { label: "Approved", tone: "info" },
  rejected: { label: "Rejected", tone: "negative" },
  expired: { label: "Expired", tone: "neutral" },
  superseded: { label: "Superseded", tone: "neutral" },
  executing: { label: "Executing", tone: "info" },
  executed: { label: "Executed, verifying", tone: "info" },
  failed: { label: "Failed", tone: "negative" },
  verified: { label: "Verified", tone: "positive" },
  reverted: { label: "Reverted", tone: "warning" },
};

export function StateBadge({ state }: { state: SuggestionState }) {
  const { label, tone } = STATES[state];
  return (
    <Badge tone={tone} data-state-name={state}>
      {label}
    </Badge>
  );
}
