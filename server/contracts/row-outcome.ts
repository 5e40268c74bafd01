import type { RowOutcome } from "./decision-card";
import type { InsertCost, Interval, QueryEvidence } from "./evidence";

/** The least a proof measures of a query (PAIRS_MIN of the search): fewer were cut short, and show nothing. */
const PAIRS_NEEDED = 5;

/** Improved or regressed only where the interval says so, and rests on enough pairs. */
export function outcomeOf(gain: Interval, pairs: number = PAIRS_NEEDED): RowOutcome {
  if (pairs < PAIRS_NEEDED) return "inconclusive";
  if (gain.low > 0) return "improved";
  return gain.high < 0 ? "regressed" : "inconclusive";
}

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
