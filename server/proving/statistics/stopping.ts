import { comparePairs } from "./compare-pairs";
import { sureGain } from "./replication";

export interface StoppingRule {
  pairsMin: number;
  pairsMax: number;
  /** Gain (0..1) that would matter. */
  gainMin: number;
  /** Loss (0..1) that would matter. */
  lossMin: number;
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
  if (sureGain(gain) >= rule.gainMin) return true;
  if (gain.high <= -rule.lossMin) return before.length >= LOSS_PAIRS_MIN;
  return gain.low > -rule.lossMin && gain.high < rule.gainMin;
}
