import type { Interval, Verification, WorkloadOutcome } from "@/server/contracts";
import { formatBounds, formatFactor, formatPercent, formatPlural } from "@/server/format";

/** An outcome on the live workload in words, by itself. */
export const OUTCOME_LABELS: Record<Verification["state"], string> = {
  verifying: "Verifying",
  confirmed: "Confirmed",
  confirmed_with_regressions: "Confirmed with regressions",
  regressed: "Regressed",
  inconclusive: "Inconclusive",
};

/** A drift of the machine below this is not worth a sentence. */
const DRIFT_TOLD_MIN = 1.05;

/** `42% [38%, 45%] less time`; a loss is no negative saving. */
export function describeChange({ value, low, high }: Interval): string {
  return value >= 0
    ? `${formatPercent(value)} ${formatBounds({ low, high })} less time`
    : `${formatPercent(-value)} ${formatBounds({ low: -high, high: -low })} more time`;
}

/** Actual beside expected, of the whole workload: null while nothing can be compared. */
export function describeWorkload(workload: WorkloadOutcome): string | null {
  const { actual, expected, calls, minutes, compared_share: share, drift } = workload;
  if (actual === null) return null;
  const promised =
    expected === null ? "nothing was promised" : `expected: ${describeChange(expected)}`;
  const whole =
    share < 0.995
      ? `the ${formatPercent(share)} of the workload that can be compared`
      : "the whole workload";
  const machine =
    drift < DRIFT_TOLD_MIN
      ? ""
      : ` Queries that the change is not meant for take ${formatFactor(drift)} as long since; the verdict allows for it.`;
  return `${describeChange(actual)} in ${whole} (${promised}), over ${formatPlural(calls, "call")} in ${formatMinutes(minutes)}.${machine}`;
}

/** `under a minute`, `12 minutes`, `5 hours` */
export function formatMinutes(minutes: number): string {
  if (minutes < 1) return "under a minute";
  if (minutes < 120) return formatPlural(Math.round(minutes), "minute");
  return formatPlural(Math.round(minutes / 60), "hour");
}

/** How an execution stands on the live workload, for the card: the outcome, then its figures. */
export function describeLive(verification: Verification): string {
  const { state, workload, summary, kept } = verification;
  const figures = workload === undefined ? null : describeWorkload(workload);
  const soFar = state === "verifying" ? "so far " : "";
  const said = figures === null ? summary : `${soFar}${figures}`;
  const keeping = kept === undefined ? "" : ` Kept by ${kept.by}: ${kept.reason}`;
  return `${OUTCOME_LABELS[state]}: ${said}${keeping}`;
}
