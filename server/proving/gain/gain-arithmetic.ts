import type { InsertCost, Interval } from "@/server/contracts";
import { excludesZero } from "@/server/statistics";

/** What costs weigh against a gain of the workload's time. */
export interface ProofWeights {
  /** Gain (0..1) that doubling the storage must bring. */
  storage: number;
  /** 1: a millisecond lost by inserts counts like one saved by queries. */
  write: number;
}

/** By what gains and costs are brought to one measure. */
export interface CostModel extends ProofWeights {
  /** Share of the workload's time (0..1) that is not taken by inserts. */
  readShare: number;
}

/** One table's insert cost, and what part of the workload's time its inserts take. */
export interface WeighedInserts {
  cost: InsertCost;
  /** 0..1 */
  timeShare: number;
}

/**
 * Gain of two steps, each measured against the one before: 1 − (1 − first)(1 − second). The steps
 * were measured apart, so the half-widths of their intervals (as log ratios) add up as squares.
 */
export function composeGains(first: Interval, second: Interval): Interval {
  const log = (gain: number) => Math.log(Math.max(1e-6, 1 - gain));
  const value = log(first.value) + log(second.value);
  const width = (end: "low" | "high") =>
    Math.hypot(log(first[end]) - log(first.value), log(second[end]) - log(second.value));
  return {
    value: 1 - Math.exp(value),
    low: 1 - Math.exp(value + width("low")),
    high: 1 - Math.exp(value - width("high")),
  };
}

/**
 * What a gain of the queries is worth once inserts and storage are paid for, as a share of the
 * workload's time, reads and inserts together:
 *
 *   read share × gain − write weight × Σ ws × (ratio − 1) − storage weight × overhead
 *
 * ws: share of the time that inserts into a changed table take in the live workload; ratio: time of
 * an insert with the changes to without them, 1 where its interval includes 1; overhead: storage
 * added, 1 = doubled. The read share is the same for all sets: else touching a table would cost by
 * itself.
 */
export function netGain(
  gain: number,
  overhead: number,
  inserts: readonly WeighedInserts[],
  { readShare, storage, write }: CostModel,
): number {
  const slower = inserts.reduce((sum, one) => sum + one.timeShare * significantChange(one.cost), 0);
  return readShare * gain - write * slower - storage * overhead;
}

/** Ratio − 1; nothing where the interval includes it. */
function significantChange({ ratio, gain }: InsertCost): number {
  return gain !== undefined && !excludesZero(gain) ? 0 : ratio - 1;
}
