import type { Interval } from "@/server/contracts";
import { comparePairs } from "./gains";

/**
 * What a promise must allow for, since it is kept in another run than the one that made it: standard
 * deviation of log(after ÷ before). Over 21 promises of a full run of `npm run bench -- advisor`, time
 * left as promised and as delivered differed by 0.021 (root mean square); ten proofs of the same data
 * differ by up to 0.007 beyond the noise each knows of (`--repeat 10`, `replication_sd`).
 */
export const BETWEEN_RUN_SD = 0.02;

/**
 * The same of the log of a query's share of the workload's time. Over 24 promises of a full run of
 * `npm run bench -- advisor` the share of what was saved differed by up to 0.3 between the proof and
 * the measurement of the full data, when three runs told the shares; now more do, all in one stretch.
 */
export const SHARE_SD = 0.1;

/**
 * Standard deviations for one false gain in twenty proofs, each of some three hundred comparisons of a
 * query with a candidate (Bonferroni: 0.05 ÷ 300, two-sided).
 */
const Z_FAMILY = 3.6;
/** Half-width of a normal distribution's 99 % interval, in standard deviations. */
const Z_99 = 2.576;

/**
 * The gain (share of time) that pairs with this 99 % interval surely show, in another run on another
 * copy of the data too: a gain near a threshold must not be suggested in one proof and rejected in the
 * next of the same data.
 */
export function lowerConfidenceGain({ value, low }: Interval): number {
  const left = Math.max(1 - value, Number.MIN_VALUE);
  const noiseSd = Math.log((1 - low) / left) / Z_99;
  return 1 - left * Math.exp(Z_FAMILY * Math.hypot(noiseSd, BETWEEN_RUN_SD));
}

export interface StoppingRule {
  pairsMin: number;
  pairsMax: number;
  /** Gain (0..1) that would matter. */
  gainMin: number;
  /** Loss (0..1) that would matter. */
  regressionMin: number;
  seed: number;
}

/** A loss is only believed after this many pairs: it rejects a candidate by itself. */
export const LOSS_PAIRS_MIN = 15;

/**
 * "More pairs until the interval decides": enough when the gain that matters is surely there, or
 * the 99 % interval lies wholly inside the band where nothing matters, or wholly below the loss that
 * matters. 99 % where 95 % is reported pays for looking several times
 * (repeated looks inflate false alarms: Armitage, McPherson and Rowe, 1969).
 */
export function hasEnoughPairs(
  before: readonly number[],
  after: readonly number[],
  rule: StoppingRule,
): boolean {
  if (before.length < rule.pairsMin) return false;
  if (before.length >= rule.pairsMax) return true;
  const { gain } = comparePairs(before, after, { seed: rule.seed, level: 0.99, resamples: 300 });
  if (lowerConfidenceGain(gain) >= rule.gainMin) return true;
  if (gain.high <= -rule.regressionMin) return before.length >= LOSS_PAIRS_MIN;
  return gain.low > -rule.regressionMin && gain.high < rule.gainMin;
}
