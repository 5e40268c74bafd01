import type { QueryOutcome, RegressionPolicy, VerificationState } from "@/server/contracts";
import { describeChange } from "@/server/decision-card";
import { formatMs, formatPercent, formatPlural, shortSql } from "@/server/format";
import { CALLS_MIN, type MeasuredOutcome } from "./regression-limits";

/** Regressed and slower queries that are named one by one. */
const NAMED_MAX = 5;

/** Why the live workload is judged so: figures of the whole, of slower queries, and the limits that decided. */
export function describeReasons(input: {
  state: VerificationState;
  policy: RegressionPolicy;
  measured: Pick<MeasuredOutcome, "queries" | "workload">;
  regressed: readonly QueryOutcome[];
}): string[] {
  const { state, policy, measured, regressed } = input;
  const { adjusted } = measured.workload;
  const spared = measured.queries.filter(
    (query) => query.status === "slower" && !regressed.includes(query),
  );
  const isWholeGain = adjusted !== null && adjusted.low > 0;
  return [
    ...(adjusted === null
      ? [`No query has the ${CALLS_MIN} calls before and since that a comparison needs.`]
      : [`Whole workload, for the verdict: ${describeChange(adjusted)}.`]),
    ...regressed.slice(0, NAMED_MAX).map((query) => describeRegression(query, policy)),
    ...(regressed.length > NAMED_MAX
      ? [`${formatPlural(regressed.length - NAMED_MAX, "more query", "more queries")} regressed.`]
      : []),
    ...spared.slice(0, NAMED_MAX).map((query) => describeSpared(query, policy)),
    ...(state === "regressed" ? [describeRule(policy, regressed, isWholeGain)] : []),
    ...(state === "confirmed_with_regressions"
      ? [
          `${formatPlural(regressed.length, "query", "queries")} regressed, and it is no regression of the whole: ${isWholeGain ? "the workload gained" : `they lose less than ${formatPercent(policy.workload_lost_min)} of its time`}.`,
        ]
      : []),
  ];
}

const medians = ({ before, after }: QueryOutcome): string =>
  `${formatMs(before.median_ms)} → ${formatMs(after.median_ms)}`;

function describeRegression(query: QueryOutcome, { query: limits }: RegressionPolicy): string {
  const { lost, share = 0, after, before } = query;
  const calls = Math.min(before.calls, after.calls);
  return `Regressed: ${medians(query)}, surely ${formatPercent(lost?.share ?? 0)} slower, ${formatPlural(calls, "call")}, ${formatPercent(share)} of the workload's time (limits: ${formatPercent(limits.lost_share_min)}, ${formatMs(limits.lost_ms_min)}, ${formatPlural(limits.calls_min, "call")}, ${formatPercent(limits.share_min)}): ${shortSql(query.sql)}`;
}

/** A slower query that the policy's limits leave out. */
function describeSpared(query: QueryOutcome, { query: limits }: RegressionPolicy): string {
  const calls = Math.min(query.before.calls, query.after.calls);
  const why =
    calls < limits.calls_min
      ? `${formatPlural(calls, "call")}, and ${limits.calls_min} are needed`
      : `${formatPercent(query.share ?? 0)} of the workload's time, and ${formatPercent(limits.share_min)} is needed`;
  return `Slower, and no regression (${why}): ${medians(query)}: ${shortSql(query.sql)}`;
}

function describeRule(
  policy: RegressionPolicy,
  regressed: readonly QueryOutcome[],
  isWholeGain: boolean,
): string {
  const least = formatPercent(policy.workload_lost_min);
  if (regressed.length > 0 && policy.query.overrides_workload) {
    return "The policy counts one regressed query as a regression, whatever the whole workload gained.";
  }
  if (regressed.length > 0 && !isWholeGain) {
    return `The whole workload did not gain, and these queries lose at least ${least} of its time.`;
  }
  return `The whole workload surely lost at least ${least} of its time.`;
}
