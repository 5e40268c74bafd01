import type {
  Interval,
  QueryEvidence,
  QueryOutcome,
  RegressionPolicy,
  WorkloadOutcome,
  WorkloadPattern,
} from "@/server/contracts";
import { CALLS_MIN, countsAsRegression, exceedsLimits, type Measured } from "@/server/policy";
import {
  BETWEEN_RUN_SD,
  type Comparison,
  combineGains,
  compareSamples,
  median,
} from "@/server/statistics";

/** How long the workload is watched, seconds: `VERIFY_SECONDS_MIN` and `VERIFY_SECONDS_MAX`. */
export interface WindowLimits {
  secondsMin: number;
  secondsMax: number;
}

/** What is compared after an execution. */
export interface LiveComparison {
  before: WorkloadPattern[];
  /** Seconds in which the calls before were made. */
  beforeSeconds: number;
  after: WorkloadPattern[];
  /** Fingerprints that the executed changes are meant for. */
  targeted: Set<string>;
  /** What the proof expects, by fingerprint. */
  expected: Map<string, QueryEvidence>;
  /** How many times as long a query may take (above 1): measured in the proof, and accepted by a person. */
  accepted: ReadonlyMap<string, number>;
  /** The shortest watch has not passed: only what is plainly slower counts. */
  isEarly: boolean;
  policy: RegressionPolicy;
  limits: WindowLimits;
}

interface Compared {
  before: WorkloadPattern;
  after: WorkloadPattern | undefined;
  old: readonly number[];
  fresh: readonly number[];
  /** Time of all its calls before, ms. */
  timeMs: number;
  isTargeted: boolean;
  accepted: number;
  comparison: Comparison | null;
}

/** Compares live latencies of every shape, and of the whole, before and after an execution. Pure. */
export function measureOutcome(input: LiveComparison): Measured {
  const afterByFingerprint = new Map(input.after.map((pattern) => [pattern.fingerprint, pattern]));
  const compared = input.before.map((before) =>
    compare(before, afterByFingerprint.get(before.fingerprint), input),
  );
  const drift = driftOf(compared);
  const wholeMs = compared.reduce((sum, { timeMs }) => sum + timeMs, 0);
  const queries = compared
    .map((one) => outcomeOf(one, input, { drift, wholeMs }))
    .sort((a, b) => Number(b.is_targeted) - Number(a.is_targeted) || a.sql.localeCompare(b.sql));
  return { queries, workload: { ...sumUp(compared, input, { wholeMs, drift }), drift } };
}

function compare(
  before: WorkloadPattern,
  after: WorkloadPattern | undefined,
  { targeted, accepted }: LiveComparison,
): Compared {
  const old = before.latencies_ms ?? [];
  const fresh = after?.latencies_ms ?? [];
  const hasEnough = old.length >= CALLS_MIN && fresh.length >= CALLS_MIN;
  const medianMs = old.length > 0 ? median(old) : before.median_ms;
  return {
    ...{ before, after, old, fresh },
    timeMs: callsOf(before) * medianMs,
    isTargeted: targeted.has(before.fingerprint),
    accepted: accepted.get(before.fingerprint) ?? 1,
    comparison: hasEnough ? compareSamples(old, fresh, { seed: 1 }) : null,
  };
}

/** Queries that the changes are not meant for, from which the machine's drift is told. */
const CONTROLS_MIN = 3;

/**
 * How many times as long the machine takes for everything since, at least 1: the median of queries
 * that the changes are not meant for. A change that slows one of them cannot hide behind it; a machine
 * that got other work slows all of them.
 */
function driftOf(compared: readonly Compared[]): number {
  const ratios = compared.flatMap(({ isTargeted, accepted, comparison }) =>
    isTargeted || accepted > 1 || comparison === null ? [] : [1 - comparison.gain.value],
  );
  return ratios.length < CONTROLS_MIN ? 1 : Math.max(1, median(ratios));
}

function outcomeOf(
  one: Compared,
  input: LiveComparison,
  { drift, wholeMs }: { drift: number; wholeMs: number },
): QueryOutcome {
  const { before, after, old, fresh, comparison, accepted, timeMs } = one;
  const beforeMs = old.length > 0 ? median(old) : before.median_ms;
  const afterMs = fresh.length > 0 ? median(fresh) : (after?.median_ms ?? 0);
  const larger = beforeMs > 0 ? Math.max(1, afterMs / beforeMs) : 1;
  const lost = comparison === null ? null : lossOf(one, comparison, drift * accepted);
  const outcome = {
    fingerprint: before.fingerprint,
    sql: before.sql,
    is_targeted: one.isTargeted,
    expected_gain: input.expected.get(before.fingerprint)?.gain ?? null,
    before: { calls: old.length, median_ms: beforeMs },
    after: { calls: fresh.length, median_ms: afterMs },
    actual_gain: comparison?.gain ?? null,
    share: wholeMs > 0 ? (timeMs * larger) / wholeMs : 0,
    lost,
    window_seconds: windowOf(before, input),
  };
  const isSlower = exceedsLimits(outcome, input);
  const isAccepted =
    !isSlower &&
    comparison !== null &&
    accepted > 1 &&
    exceedsLimits({ ...outcome, lost: lossOf(one, comparison, drift) }, input);
  return {
    ...outcome,
    status: statusOf(comparison?.gain ?? null, isSlower, isAccepted),
    is_regression: isSlower && countsAsRegression(outcome, input.policy),
  };
}

/** What is lost beyond `allowed` times as long: surely, so by the 99 % interval. */
function lossOf(
  { old, fresh }: Compared,
  { gain, medianBefore, medianAfter }: Comparison,
  allowed: number,
): NonNullable<QueryOutcome["lost"]> {
  // The 99 % interval holds the 95 % one: what may be faster by that is not surely slower.
  if (gain.high >= 0) return { ms: 0, share: 0 };
  const surest = compareSamples(old, fresh, { seed: 1, level: 0.99 }).gain.high;
  return {
    ms: Math.max(0, medianAfter / allowed - medianBefore),
    share: Math.max(0, (1 - surest) / allowed - 1),
  };
}

function statusOf(
  gain: Interval | null,
  isSlower: boolean,
  isAccepted: boolean,
): QueryOutcome["status"] {
  if (gain === null) return "too_few_calls";
  if (isSlower) return "slower";
  if (isAccepted) return "slower_as_accepted";
  return gain.low > 0 ? "faster" : "same";
}

/**
 * Seconds until a query has the calls for a decision, by how often it was called before. Between the shortest and
 * the longest window: see `verificationWindow`.
 */
function windowOf(
  before: WorkloadPattern,
  { beforeSeconds, policy, limits }: LiveComparison,
): number | null {
  const rate = callsOf(before) / Math.max(beforeSeconds, 1);
  if (rate === 0) return null;
  const seconds = Math.max(policy.query.calls_min / rate, limits.secondsMin);
  return seconds > limits.secondsMax ? null : seconds;
}

/** Two-sided 95 % of a normal distribution, in standard deviations. */
const Z_95 = 1.96;

/** The comparable queries as one, by their calls before: what is saved of their time, and what was promised. */
function sumUp(
  compared: readonly Compared[],
  { expected, after }: LiveComparison,
  { wholeMs, drift }: { wholeMs: number; drift: number },
): Omit<WorkloadOutcome, "minutes" | "drift"> {
  const parts = compared.flatMap(({ before, comparison, timeMs: weight, accepted }) =>
    comparison === null
      ? []
      : [{ weight, gain: comparison.gain, accepted, promise: expected.get(before.fingerprint) }],
  );
  const comparedMs = parts.reduce((sum, { weight }) => sum + weight, 0);
  const nothing = { value: 0, low: 0, high: 0 };
  return {
    actual: combineGains(parts),
    adjusted: adjust(parts, drift),
    expected: parts.some(({ promise }) => promise !== undefined)
      ? combineGains(
          parts.map(({ weight, promise }) => ({ weight, gain: promise?.gain ?? nothing })),
        )
      : null,
    calls: after.reduce((sum, pattern) => sum + callsOf(pattern), 0),
    compared_share: wholeMs > 0 ? comparedMs / wholeMs : 0,
  };
}

/** Less what the machine lost for everything and what a person accepted; wider by what differs from run to run. */
function adjust(
  parts: readonly { weight: number; gain: Interval; accepted: number }[],
  drift: number,
): Interval | null {
  const allow = (gain: number, accepted: number) => {
    const without = 1 - (1 - gain) / drift;
    return without < 0 ? Math.min(0, 1 - (1 - without) / accepted) : without;
  };
  const whole = combineGains(
    parts.map(({ weight, gain: { value, low, high }, accepted }) => ({
      weight,
      gain: {
        value: allow(value, accepted),
        low: allow(low, accepted),
        high: allow(high, accepted),
      },
    })),
  );
  if (whole === null) return null;
  const { value, low, high } = whole;
  const noise = Z_95 * BETWEEN_RUN_SD * (1 - value);
  return {
    value,
    low: value - Math.hypot(value - low, noise),
    high: value + Math.hypot(high - value, noise),
  };
}

/** Calls in a window; a product may keep the latencies of its latest ones only. */
const callsOf = ({ calls, latencies_ms }: WorkloadPattern): number =>
  Math.max(calls, latencies_ms?.length ?? 0);
