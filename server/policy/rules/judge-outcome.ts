import type { QueryOutcome, RegressionPolicy, VerificationState } from "@/server/contracts";
import { describeReasons } from "./describe-reasons";
import {
  CALLS_MIN,
  countsAsRegression,
  exceedsLimits,
  isExpectedToGain,
  type MeasuredOutcome,
} from "./regression-limits";

/** Part of the comparable workload's time that must be settled before the watch may end early. */
const COVERAGE_MIN = 0.9;
/** An unclear query is watched for so many times the calls that the policy asks for. */
const UNCLEAR_CALLS_FACTOR = 4;
/** Part of the promised saving that queries with enough calls must hold before it is confirmed. */
const PROMISE_JUDGED_MIN = 0.5;

interface Judgement {
  state: VerificationState;
  /** A sentence with figures each. */
  reasons: string[];
  /** Fingerprints beyond every limit for one query. */
  regressions: string[];
}

/**
 * The verdict on an execution, by the policy's limits alone. Regressed: the weighted whole lost, or queries
 * regressed and the whole gained nothing (or the policy lets one query decide). Confirmed: the queries that were
 * promised a gain have it. It is final once every query that matters has its calls, or the time is over. Pure.
 */
export function judgeOutcome(policy: RegressionPolicy, measured: MeasuredOutcome): Judgement {
  const { isEarly, hasTimeLeft, queries } = measured;
  const regressed = queries.filter(
    (query) => exceedsLimits(query, { policy, isEarly }) && countsAsRegression(query, policy),
  );
  const { adjusted: whole } = measured.workload;
  const conclude = (state: VerificationState): Judgement => ({
    state,
    reasons: describeReasons({ state, policy, measured, regressed }),
    regressions: regressed.map(({ fingerprint }) => fingerprint),
  });
  if (isRegressed(policy, measured, regressed)) return conclude("regressed");
  if (hasTimeLeft && (isEarly || !isSettled(policy, queries))) return conclude("verifying");
  const hasGain = isPromiseKept(queries) && (whole === null || whole.high > 0);
  if (!hasGain) return conclude("inconclusive");
  return conclude(regressed.length > 0 ? "confirmed_with_regressions" : "confirmed");
}

function isRegressed(
  policy: RegressionPolicy,
  measured: MeasuredOutcome,
  regressed: readonly QueryOutcome[],
): boolean {
  const { isEarly, workload } = measured;
  const { adjusted: whole } = workload;
  if (regressed.length > 0 && policy.query.overrides_workload) return true;
  if (whole !== null && whole.low > 0) return false;
  const hasCalls = workload.calls >= policy.query.calls_min;
  const isLoss = whole !== null && whole.high < 0 && -whole.high >= policy.workload_lost_min;
  if (!isEarly && hasCalls && isLoss) return true;
  return regressed.length > 0 && lostBy(regressed) >= policy.workload_lost_min;
}

/** What queries lose, as a share of the workload's time before. */
const lostBy = (queries: readonly QueryOutcome[]): number =>
  queries.reduce(
    (sum, { share = 0, lost, after }) =>
      sum + share * ((lost?.ms ?? 0) / Math.max(after.median_ms, 1e-6)),
    0,
  );

/**
 * Whether the watch may end: every query that a gain is expected of, and nearly all of the time of those that can
 * be compared, has its calls. Shapes that were called too seldom before can never be, so nobody waits for them.
 */
function isSettled(policy: RegressionPolicy, queries: readonly QueryOutcome[]): boolean {
  const comparable = queries.filter(({ before }) => before.calls >= CALLS_MIN);
  const total = sumOf(comparable);
  if (total === 0) return false;
  const open = comparable.filter((query) => !hasItsCalls(policy, query));
  return !open.some(isExpectedToGain) && sumOf(open) / total <= 1 - COVERAGE_MIN;
}

const sumOf = (queries: readonly QueryOutcome[]): number =>
  queries.reduce((sum, { share = 0 }) => sum + share, 0);

/** Its own window is over: it has the calls for a decision, more of them where its effect is unclear. */
function hasItsCalls({ query: { calls_min } }: RegressionPolicy, query: QueryOutcome): boolean {
  const isUnclear = isExpectedToGain(query) && query.status !== "faster";
  return query.after.calls >= calls_min * (isUnclear ? UNCLEAR_CALLS_FACTOR : 1);
}

/** Of the saving that was promised, enough can be judged, and some of it is there. */
function isPromiseKept(queries: readonly QueryOutcome[]): boolean {
  const expected = queries.filter(isExpectedToGain);
  const promise = ({ share = 0, expected_gain }: QueryOutcome) =>
    share * (expected_gain?.value ?? 1);
  const sum = (some: readonly QueryOutcome[]) =>
    some.reduce((total, each) => total + promise(each), 0);
  const judged = expected.filter(({ status }) => status !== "too_few_calls");
  return (
    judged.some(({ status }) => status === "faster") &&
    sum(judged) >= PROMISE_JUDGED_MIN * sum(expected)
  );
}
