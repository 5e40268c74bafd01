import { FlaskConicalIcon, RulerIcon } from "lucide-react";
import { Badge, type Tone } from "@/components/ui/badge";
import {
  allows,
  type Basis,
  type Rollback,
  type RowOutcome,
  type SuggestionState,
  type Verdict,
  type VerificationState,
} from "@/server/contracts";
import { OUTCOME_LABELS } from "@/server/decision-card";

export function BasisBadge({ basis }: { basis: Basis }) {
  return basis === "measured" ? (
    <Badge tone="positive" title="Measured by replaying the workload on a shadow copy">
      <FlaskConicalIcon aria-hidden /> measured
    </Badge>
  ) : (
    <Badge tone="warning" title="Estimated by rules; no data was reachable">
      <RulerIcon aria-hidden /> estimate
    </Badge>
  );
}

const OUTCOMES: Record<RowOutcome, Tone> = {
  improved: "positive",
  inconclusive: "neutral",
  regressed: "negative",
};

/** What the interval of a comparison allows to be said. */
export function OutcomeBadge({ outcome }: { outcome: RowOutcome }) {
  return <Badge tone={OUTCOMES[outcome]}>{outcome}</Badge>;
}

const STATES: Record<SuggestionState, { label: string; tone: Tone }> = {
  proving: { label: "Testing", tone: "info" },
  cancelled: { label: "Cancelled", tone: "neutral" },
  pending: { label: "To review", tone: "warning" },
  no_gain: { label: "No gain found", tone: "neutral" },
  approved: { label: "Approved", tone: "info" },
  rejected: { label: "Rejected", tone: "negative" },
  expired: { label: "Expired", tone: "neutral" },
  superseded: { label: "Superseded", tone: "neutral" },
  executing: { label: "Executing", tone: "info" },
  executed: { label: "Executed", tone: "info" },
  failed: { label: "Failed", tone: "negative" },
  verified: { label: "Confirmed", tone: "positive" },
  reverted: { label: "Rolled back", tone: "warning" },
};

const ROLLBACKS: Record<Rollback, { label: string; tone: Tone }> = {
  running: { label: "Rolling back", tone: "warning" },
  failed: { label: "Rollback failed", tone: "negative" },
};

const LIVE_TONES: Record<VerificationState, Tone> = {
  verifying: "info",
  confirmed: "positive",
  confirmed_with_regressions: "warning",
  regressed: "negative",
  inconclusive: "neutral",
};

interface StateBadgeProps {
  state: SuggestionState;
  /** Of what is executed or verified: told instead, since it is what matters now. */
  rollback: Rollback | null;
  /** How what is executed stands on the live workload; null or left out: nothing is known of it. */
  outcome?: VerificationState | null;
  /** Says more than the state alone can, where more is known. */
  label?: string | undefined;
}

export function StateBadge({ state, rollback, outcome = null, label }: StateBadgeProps) {
  const shown = rollback === null ? describeState(state, outcome) : ROLLBACKS[rollback];
  return (
    <Badge tone={shown.tone} data-state-name={state}>
      {rollback === null ? (label ?? shown.label) : shown.label}
    </Badge>
  );
}

/** What is in place is told by how it stands on the live workload. */
function describeState(state: SuggestionState, outcome: VerificationState | null) {
  if (outcome === null || !allows("suggestion", "revert", state)) return STATES[state];
  return { label: OUTCOME_LABELS[outcome], tone: LIVE_TONES[outcome] };
}

const VERDICTS: Record<Verdict["code"], { label: string; tone: Tone }> = {
  passed: { label: "passed", tone: "positive" },
  fits: { label: "fits", tone: "positive" },
  fits_with_cost: { label: "fits, slows queries", tone: "warning" },
  violates_data: { label: "violates data", tone: "negative" },
  gain_below_threshold: { label: "gain too small", tone: "neutral" },
  interval_includes_zero: { label: "no significant gain", tone: "neutral" },
  slower: { label: "slower", tone: "negative" },
  regresses_query: { label: "slows a query", tone: "negative" },
  cost_exceeds_gain: { label: "cost exceeds gain", tone: "neutral" },
  results_differ: { label: "results differ", tone: "negative" },
  failed_to_apply: { label: "cannot be applied", tone: "negative" },
  not_measurable: { label: "not measurable", tone: "warning" },
  conflicts_in_set: { label: "conflicts with a chosen change", tone: "neutral" },
  redundant_in_set: { label: "redundant in the set", tone: "neutral" },
  harmful_in_set: { label: "harmful in the set", tone: "negative" },
  failed_in_set: { label: "cannot be combined", tone: "warning" },
  excluded_on_estimate: { label: "conflicts (estimate)", tone: "neutral" },
  not_reached: { label: "not tested: out of time", tone: "neutral" },
  excluded_by_rule: { label: "excluded by a rule", tone: "neutral" },
};

export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const { label, tone } = VERDICTS[verdict.code];
  return <Badge tone={tone}>{label}</Badge>;
}
