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
  superseded_by_set: { label: "adds nothing to the set", tone: "neutral" },
  not_tried: { label: "not tried", tone: "neutral" },
};

export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const { label, tone } = VERDICTS[verdict.code];
  return <Badge tone={tone}>{label}</Badge>;
}
