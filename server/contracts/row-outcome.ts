import type { RowOutcome } from "./decision-card";
import type { InsertCost, Interval, QueryEvidence } from "./evidence";

/** Pairs that a proof measures of every query, whatever the time: fewer were cut short, and show nothing. */
export const PAIRS_MIN = 5;

/** Improved or regressed only where the interval says so, and rests on enough pairs. */
export function outcomeOf(gain: Interval, pairs: number = PAIRS_MIN): RowOutcome {
  if (pairs < PAIRS_MIN) return "inconclusive";
  if (gain.low > 0) return "improved";
  return gain.high < 0 ? "regressed" : "inconclusive";
}

/** What a query's gain saves in all its calls, ms; negative: what it costs. */
export const savedMs = ({ calls, baseline, gain }: QueryEvidence): number =>
  calls * baseline.median_ms * gain.value;

/** Before and after of one comparison, ms. */
export interface ComparedTimes {
  before_ms: number;
  after_ms: number;
}

/**
 * The times that the gain is a gain of: the median without the change, and what the pairs leave of it.
 * The medians of the two sides are no pair: while the machine gets slower or faster they drift apart
 * in either direction, whatever the change does.
 */
export function comparedTimes({ baseline, gain }: Pick<QueryEvidence, "baseline" | "gain">) {
  return leaves(baseline.median_ms, gain.value);
}

/** The same of an INSERT; evidence of former releases has the ratio alone. */
export function comparedInsert({ baseline_ms, ratio, gain }: InsertCost): ComparedTimes {
  return leaves(baseline_ms, gain?.value ?? 1 - ratio);
}

function leaves(beforeMs: number, gain: number): ComparedTimes {
  return { before_ms: beforeMs, after_ms: beforeMs * (1 - gain) };
}
