import type { Interval } from "@/server/contracts";

/**
 * What a promise must allow for, since it is kept in another run than the one that made it: standard
 * deviation of log(after ÷ before). Over 21 promises of a full run of `npm run bench -- advisor`, time
 * left as promised and as delivered differed by 0.021 (root mean square); ten proofs of the same data
 * differ by up to 0.007 beyond the noise each knows of (`--repeat 10`, `replication_sd`).
 */
export const REPLICATION_SD = 0.02;

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
export function sureGain({ value, low }: Interval): number {
  const left = Math.max(1 - value, Number.MIN_VALUE);
  const noiseSd = Math.log((1 - low) / left) / Z_99;
  return 1 - left * Math.exp(Z_FAMILY * Math.hypot(noiseSd, REPLICATION_SD));
}
