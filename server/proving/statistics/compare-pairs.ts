import type { Interval } from "@/server/contracts";
import { type BootstrapOptions, bootstrapInterval, resampledMedian } from "./bootstrap";
import { median } from "./quantile";

export interface Comparison {
  medianBefore: number;
  medianAfter: number;
  /** 1 − after/before: 0.8 means that 80 % of the time is saved; negative is slower. */
  gain: Interval;
}

/** Below the resolution of the clock: keeps logarithms finite. */
const MS_MIN = 1e-6;

/** log(after/before) of each pair. Throws RangeError when the lists differ in length. */
export function logRatios(before: readonly number[], after: readonly number[]): Float64Array {
  if (before.length !== after.length) throw new RangeError("Pairs need two samples each.");
  return Float64Array.from(before, (value, index) =>
    Math.log(Math.max(after[index] ?? Number.NaN, MS_MIN) / Math.max(value, MS_MIN)),
  );
}

/**
 * Gain of interleaved pairs: 1 − exp(median of log(after/before)), pairs resampled whole.
 * The ratio within a pair cancels drift of the machine that both runs share, and the difference
 * between parameter sets; the median ignores single disturbed runs.
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 8 and 13.
 */
export function comparePairs(
  before: readonly number[],
  after: readonly number[],
  options: BootstrapOptions,
): Comparison {
  const ratios = logRatios(before, after);
  const scratch = new Float64Array(ratios.length);
  const gain = bootstrapInterval(
    1 - Math.exp(median([...ratios])),
    (random) => 1 - Math.exp(resampledMedian(ratios, scratch, random)),
    options,
  );
  return { medianBefore: median(before), medianAfter: median(after), gain };
}
