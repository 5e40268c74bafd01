import type { Interval } from "@/server/contracts";
import { quantileOfSorted } from "./quantile";
import { createRandom } from "./random";

export interface BootstrapOptions {
  seed: number;
  /** Coverage of the interval, 0..1. */
  level?: number;
  resamples?: number;
}

/**
 * Percentile bootstrap (Efron 1979): `draw` gives the statistic of one resample.
 * The interval is widened to hold the point itself, which percentiles of few
 * distinct resamples may miss.
 */
export function bootstrapInterval(
  point: number,
  draw: (random: () => number) => number,
  { seed, level = 0.95, resamples = 1000 }: BootstrapOptions,
): Interval {
  const random = createRandom(seed);
  const draws = new Float64Array(resamples);
  for (let index = 0; index < resamples; index++) draws[index] = draw(random);
  draws.sort();
  const tail = (1 - level) / 2;
  return {
    value: point,
    low: Math.min(point, quantileOfSorted(draws, tail)),
    high: Math.max(point, quantileOfSorted(draws, 1 - tail)),
  };
}

/** Median of one resample (with replacement) of the values; `scratch` has their length. */
export function resampledMedian(
  values: Float64Array,
  scratch: Float64Array,
  random: () => number,
): number {
  for (let index = 0; index < values.length; index++) {
    scratch[index] = values[Math.floor(random() * values.length)] ?? Number.NaN;
  }
  scratch.sort();
  return quantileOfSorted(scratch, 0.5);
}

/** True when the whole interval lies on one side of zero. */
export function excludesZero(interval: Interval): boolean {
  return interval.low > 0 || interval.high < 0;
}
