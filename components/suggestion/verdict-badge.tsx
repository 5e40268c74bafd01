import { Badge, type Tone } from "@/components/ui/badge";
import type { Verdict } from "@/server/contracts";

const VERDICTS: Record<Verdict["code"], { label: string; tone: Tone }> = {
  passed: { label: "passed", tone: "positive" },
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
