import {
  comparedInsert,
  comparedTimes,
  describeScope,
  type InsertCost,
  type Interval,
  type MeasuredEvidence,
  makeVerdict,
  outcomeOf,
  type QueryEvidence,
  type Verdict,
  type VerdictCode,
} from "@/server/contracts";
import {
  formatBounds,
  formatCount,
  formatFactor,
  formatMs,
  formatPercent,
  formatPlural,
  shortSql,
} from "@/server/format";
import { comparePairs, excludesZero, lowerConfidenceGain } from "@/server/statistics";
import type { ResidualTime } from "../gain";

/** Harmful changes, and those whose harm could not be measured. */
export const HARMFUL: ReadonlySet<VerdictCode> = new Set([
  "slower",
  "regresses_query",
  "results_differ",
  "not_measurable",
]);

/** Something is slower: unlike differing results, noise alone may say so. */
export const isRegression = ({ code }: Pick<Verdict, "code">): boolean =>
  code === "slower" || code === "regresses_query";

/** A query slower by more than this share rejects a candidate, unless less is allowed. */
export const REGRESSION_MIN = 0.05;
/** A workload slower by more than this share is slower. */
const SLOWER_MIN = REGRESSION_MIN / 5;
/** Part of a regression that matters which must surely be there. */
const SURE_SHARE = 0.5;
/** A query may be a small part of the workload, but then it must gain this much of its time. */
const MUCH = 0.5;
/** Otherwise its gain must be this part of what is required of the whole workload. */
const NOTICED = 0.1;
/** Differences below this are smaller than a network call's own noise: neither gain nor loss. */
const DIFFERENCE_MS_MIN = 0.1;

/** What a verdict is reached by. */
export interface JudgeOptions {
  /** Share of the time (0..1) of the workload or of a targeted query that is worth a change. */
  gainMin: number;
  /** Share of a query's time (0..1) that a change may not cost it; REGRESSION_MIN unless given. */
  regressionMin?: number;
  /** The change only removes: cheaper inserts are a gain of their own. */
  isRemoval?: boolean;
  /**
   * Compared with a set whose place it takes, not with the unchanged data: only the whole workload
   * counts, and surely.
   */
  isReplacement?: boolean;
  /**
   * What the set compared with leaves of the queries' unchanged times. A query that gained there may
   * give some of it back: it regresses when it ends slower than unchanged.
   */
  residual?: ResidualTime;
  /** What the workload's gain weighs in `net_gain` (0..1, 1 unless given): see netGain. */
  gainWeight?: number;
}

/**
 * The verdict on measured evidence. It passes when the whole workload, or one targeted query,
 * saves at least gainMin of its time with an interval that excludes zero; what it costs inserts and
 * storage is worth less; no query slowed by more than 5 % (see regressedQueries); and every result is equal.
 */
export function judge(evidence: MeasuredEvidence, options: JudgeOptions): Verdict {
  const { workload, queries } = evidence;
  const cost = costs(evidence);
  const reject = (code: VerdictCode, reason: string) => makeVerdict(code, `${reason}${cost}`);
  const unequal = describeDifference(evidence);
  if (unequal !== null) return reject("results_differ", unequal);
  if (queries.length === 0 && !options.isRemoval) {
    return reject(
      "not_measurable",
      "No query of the workload that uses this table could be replayed.",
    );
  }
  const whole = `${describeScope(workload)} ${speed(workload.gain)}`;
  if (workload.gain.high < 0 && workload.gain.value < -SLOWER_MIN) {
    const regressed = worst(regressedQueries(evidence));
    return reject("slower", `${whole}${regressed ? `; ${describeQuery(regressed)}` : ""}.`);
  }
  const regressed = worst(regressedQueries(evidence, options));
  if (regressed !== undefined)
    return reject("regresses_query", `${describeQuery(regressed)}; ${lower(whole)}.`);
  return judgeGain(evidence, options, whole, cost);
}

export function describeDifference({ queries }: MeasuredEvidence): string | null {
  const different = queries.filter((query) => !query.results_equal);
  if (different[0] === undefined) return null;
  const first = shortSql(different[0].sql);
  const all = formatPlural(queries.length, "query", "queries");
  const answer = different.length === 1 ? "answers" : "answer";
  return `${formatCount(different.length)} of ${all} ${answer} differently, first: ${first}.`;
}

function judgeGain(
  evidence: MeasuredEvidence,
  { gainMin, isRemoval = false, isReplacement = false, gainWeight = 1 }: JudgeOptions,
  whole: string,
  cost: string,
): Verdict {
  const { workload, queries, insert_cost: inserts, net_gain: net = workload.gain.value } = evidence;
  const targeted = queries.filter((query) => query.is_targeted && isWorthwhile(query));
  const best = targeted.sort((a, b) => b.gain.value - a.gain.value)[0];
  // Of queries too quick to matter, the workload's share is no gain to anybody.
  const hasWorkloadGain =
    isGain(workload.gain, gainMin, isReplacement) && queries.some(isWorthwhile);
  // What the workload seems to lose by, no single query's gain excuses: the loss may be there.
  const isHarmless = workload.gain.value >= -SLOWER_MIN;
  const hasQueryGain =
    isHarmless &&
    !isReplacement &&
    targeted.some((query) => isWorthAttention(query, workload, gainMin));
  const freed = isRemoval ? (inserts?.gain ?? null) : null;
  const hasInsertGain = isHarmless && freed !== null && freed.low > 0 && freed.value >= gainMin;
  const detail = best ? `; ${describeQuery(best)}` : "";
  const reason = `${whole}${detail}.${cost}`;
  const reject = (code: VerdictCode, why: string) => makeVerdict(code, `${why}. ${reason}`);
  if (hasWorkloadGain || hasQueryGain || hasInsertGain) {
    // What the queries may gain at best: only a sure loss outweighs a gain that is shown.
    const netAtBest = net + gainWeight * (workload.gain.high - workload.gain.value);
    if (netAtBest > 0) return makeVerdict("passed", reason);
    return reject("cost_exceeds_gain", `Costs more than it gains: ${unsigned(net)} net loss`);
  }
  if (excludesZero(workload.gain)) {
    const least = workload.gain.value < gainMin ? "Gains" : "May gain";
    return reject(
      "gain_below_threshold",
      `${least} less than the ${formatPercent(gainMin)} asked for`,
    );
  }
  if (best !== undefined && best.gain.low > 0) {
    return reject(
      "gain_below_threshold",
      "No gain of the whole workload shown: its interval includes zero",
    );
  }
  return reject("interval_includes_zero", "No gain shown: the interval includes zero");
}

/** Of two that are as good as each other, noise must not choose: a replacement gains surely. */
function isGain({ value, low }: Interval, gainMin: number, isReplacement: boolean): boolean {
  return isReplacement ? low >= gainMin : low > 0 && value >= gainMin;
}

/**
 * Gain from which one query accepts a change by itself: what is asked of the workload, and enough
 * for the workload to notice, or much of its own time however small its share (0..1) is.
 */
export function queryGainRequired(share: number, gainMin: number): number {
  return Math.min(MUCH, Math.max(gainMin, (gainMin * NOTICED) / share));
}

/** The query gains that much in another run too: see lowerConfidenceGain. */
export function isQueryGainCertain(query: QueryEvidence, required: number): boolean {
  return lowerConfidenceGain(gain99(query)) >= required;
}

/** The gain with its 99 % interval: as it was measured, or from the samples. */
function gain99({ gain_99, baseline, candidate }: QueryEvidence): Interval {
  if (gain_99 !== undefined) return gain_99;
  return comparePairs(baseline.samples_ms, candidate.samples_ms, { seed: 1, level: 0.99 }).gain;
}

function isWorthAttention(
  query: QueryEvidence,
  { baseline_ms: totalMs }: MeasuredEvidence["workload"],
  gainMin: number,
): boolean {
  const share = (query.calls * query.baseline.median_ms) / Math.max(totalMs, Number.MIN_VALUE);
  return isQueryGainCertain(query, queryGainRequired(share, gainMin));
}

function isWorthwhile(query: QueryEvidence): boolean {
  return query.baseline.median_ms - query.candidate.median_ms >= DIFFERENCE_MS_MIN;
}

/**
 * Queries slower than on unchanged data by more than regressionMin, and surely (the 99 % interval) by more
 * than half of it. Asked for only a loss that is surely there, noise would excuse what it hides; asked
 * for 95 % beyond zero, chance alone would reject something each time, with ten queries and as many
 * candidates. A write is none of them: what writes cost is weighed in the gain of the whole workload.
 */
export function regressedQueries(
  { queries }: MeasuredEvidence,
  {
    residual = new Map(),
    regressionMin = REGRESSION_MIN,
  }: Pick<JudgeOptions, "residual" | "regressionMin"> = {},
): QueryEvidence[] {
  return queries.filter((query) => {
    const { fingerprint, baseline, candidate, gain } = query;
    if (query.kind !== undefined) return false;
    if (gain.high >= 0 || candidate.median_ms - baseline.median_ms < DIFFERENCE_MS_MIN)
      return false;
    const sure = gain99(query);
    const slowdownOf = (gain: number) => (residual.get(fingerprint) ?? 1) * (1 - gain) - 1;
    return (
      slowdownOf(sure.value) > regressionMin && slowdownOf(sure.high) > regressionMin * SURE_SHARE
    );
  });
}

/** A query whose interval reaches so far below zero may be slower by this share, and nobody knows. */
const UNCLEAR_MIN = 4 * REGRESSION_MIN;

/** Was it measured too unsurely to tell that no query is slower by much? */
export const isUnclear = ({ queries }: MeasuredEvidence): boolean =>
  queries.some(
    ({ gain, baseline }) =>
      gain.low < -UNCLEAR_MIN && -gain.low * baseline.median_ms >= DIFFERENCE_MS_MIN,
  );

/** The one that loses most time over all its calls. */
export function worst(lost: readonly QueryEvidence[]): QueryEvidence | undefined {
  const lostMs = (query: QueryEvidence) =>
    query.calls * (query.candidate.median_ms - query.baseline.median_ms);
  return [...lost].sort((a, b) => lostMs(b) - lostMs(a))[0];
}

/** A share in percent, without its sign. */
const unsigned = (share: number): string => formatPercent(Math.abs(share));

/** `78% faster [70%, 82%]`, or `2.1% slower [−3%, −1.2%]`: gains are positive. */
export function speed(gain: Interval): string {
  return `${unsigned(gain.value)} ${gain.value < 0 ? "slower" : "faster"} ${formatBounds(gain)}`;
}

export function describeQuery(query: QueryEvidence): string {
  const { before_ms, after_ms } = comparedTimes(query);
  const times = `${formatMs(before_ms)} → ${formatMs(after_ms)}`;
  return `${speed(query.gain)}, ${times}: ${shortSql(query.sql)}`;
}

export function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** By the estimator of the page's insert row: pairs whose interval spans zero show no difference. */
function describeInserts(insert: InsertCost): string {
  if (insert.gain && outcomeOf(insert.gain) === "inconclusive") {
    return "Inserts show no clear difference";
  }
  const { before_ms, after_ms } = comparedInsert(insert);
  return `Inserts take ${formatFactor(after_ms / Math.max(before_ms, Number.MIN_VALUE))} as long`;
}

export function costs({ storage, insert_cost: insert }: MeasuredEvidence): string {
  const sign = storage.overhead < 0 ? "saves" : "adds";
  const parts = [`${sign} ${unsigned(storage.overhead)} storage`];
  if (insert) parts.unshift(describeInserts(insert));
  else parts[0] = `${sign === "adds" ? "Adds" : "Saves"} ${unsigned(storage.overhead)} storage`;
  return ` ${parts.join("; ")}.`;
}
