import { kindOf } from "@/server/advisor";
import {
  type Candidate,
  type MeasuredEvidence,
  rewritesOf,
  type Verdict,
} from "@/server/contracts";
import { isQueryGainCertain, isRegression } from "./judge";
import { MARGINAL_SHARE } from "./required-gain";

/**
 * What a measured change can be in a set. `standalone`: it pays alone. `conditional`: it may pay
 * beside others. `compensating`: alone it does nothing; it serves a query that another change slows.
 */
export type MemberRole = "standalone" | "conditional" | "compensating";

/** null: it has no place in any set. */
export function memberRole(
  { change }: Pick<Candidate, "change">,
  verdict: Verdict,
  evidence: MeasuredEvidence,
  gainMin: number,
): MemberRole | null {
  if (verdict.is_accepted) return "standalone";
  const isNoGain =
    verdict.code === "gain_below_threshold" || verdict.code === "interval_includes_zero";
  // An index that the present order makes needless, or that costs more than it gains, serves once
  // another order scatters its query.
  const gains = evidence.workload.gain;
  // Too little for a suggestion of its own, and as much as a step of a set must gain.
  const isStep =
    verdict.code === "gain_below_threshold" &&
    gains.low > 0 &&
    gains.value >= gainMin * MARGINAL_SHARE;
  if (isStep) return "conditional";
  const isNoUse = isNoGain || verdict.code === "cost_exceeds_gain";
  if (isNoUse && kindOf(change).mayCompensate) return "compensating";
  // Another text may pay only once the tables are changed.
  if (isNoGain) return rewritesOf(change).length > 0 ? "conditional" : null;
  // What slows one query and surely speeds up another may pay beside what serves the first.
  const gainsSurely = evidence.queries.some(
    (one) => one.is_targeted && isQueryGainCertain(one, gainMin),
  );
  return isRegression(verdict) && gainsSurely ? "conditional" : null;
}
