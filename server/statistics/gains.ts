import type { Interval } from "@/server/contracts";
import { type BootstrapOptions, bootstrapInterval, resampledMedian } from "./bootstrap";
import { median } from "./quantile";
import { drawNormal } from "./random";

export interface Comparison {
  medianBefore: number;
  medianAfter: number;
  /** 1 − after/before: 0.8 means that 80 % of the time is saved; negative is slower. */
  gain: Interval;
}

/** Below the resolution of the clock: keeps logarithms finite. */
const MS_MIN = 1e-6;

/** log(after/before) of each pair. Throws RangeError when the lists differ in length. */
function logRatios(before: readonly number[], after: readonly number[]): Float64Array {
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

/**
 * Gain of two independent samples: 1 − median(after)/median(before), each side resampled by
 * itself. For latencies before and after a change on the live workload, where nothing is paired.
 * Throws RangeError when a side is empty.
 */
export function compareSamples(
  before: readonly number[],
  after: readonly number[],
  options: BootstrapOptions,
): Comparison {
  if (before.length === 0 || after.length === 0) throw new RangeError("Both sides need samples.");
  const old = Float64Array.from(before);
  const fresh = Float64Array.from(after);
  const scratchOld = new Float64Array(old.length);
  const scratchFresh = new Float64Array(fresh.length);
  const medianBefore = median(before);
  const medianAfter = median(after);
  const gain = bootstrapInterval(
    1 - medianAfter / Math.max(medianBefore, MS_MIN),
    (random) =>
      1 -
      resampledMedian(fresh, scratchFresh, random) /
        Math.max(resampledMedian(old, scratchOld, random), MS_MIN),
    options,
  );
  return { medianBefore, medianAfter, gain };
}

/** One query of the workload: its calls, and its pairs (empty when the change cannot touch it). */
export interface WeightedPairs {
  calls: number;
  /** Typical time without the change, ms. */
  baselineMs: number;
  before: readonly number[];
  after: readonly number[];
}

/**
 * Share of the whole workload's time that is saved: Σ wᵢ·gainᵢ, wᵢ = callsᵢ × baselineMsᵢ / Σ.
 * Pairs are resampled within each query, so the interval carries every query's noise in
 * proportion to its weight. Queries without pairs count with no gain and no noise.
 *
 * `betweenRunSd`: standard deviation of log(after/before) when the same is measured again, beyond
 * the noise within one measurement. Every resample shifts all its queries by one such error: what
 * differs from one run to another (caches, where the file lies) differs for all of them.
 *
 * `shareSd`: standard deviation of the log of a query's share of the time when the same is measured
 * again: 5 % of the time are 4 or 6 % in another run, whatever a change saves of them.
 */
export function weightedGain(
  queries: readonly WeightedPairs[],
  {
    betweenRunSd = 0,
    shareSd = 0,
    ...options
  }: BootstrapOptions & { betweenRunSd?: number; shareSd?: number },
): { baselineMs: number; candidateMs: number; gain: Interval } {
  const baselineMs = queries.reduce((sum, query) => sum + query.calls * query.baselineMs, 0);
  const measured = queries
    .filter((query) => query.before.length > 0)
    .map((query) => {
      const ratios = logRatios(query.before, query.after);
      const weight = baselineMs > 0 ? (query.calls * query.baselineMs) / baselineMs : 0;
      return { ratios, weight, scratch: new Float64Array(ratios.length) };
    });
  const draw = (random: () => number, sd: number) => (sd === 0 ? 0 : sd * drawNormal(random));
  const gain = bootstrapInterval(
    measured.reduce(
      (sum, { weight, ratios }) => sum + weight * (1 - Math.exp(median([...ratios]))),
      0,
    ),
    (random) => {
      const shift = draw(random, betweenRunSd);
      let [whole, saved] = [1, 0];
      for (const { weight, ratios, scratch } of measured) {
        const share = weight * Math.exp(draw(random, shareSd));
        whole += share - weight;
        saved += share * (1 - Math.exp(resampledMedian(ratios, scratch, random) + shift));
      }
      return saved / whole;
    },
    options,
  );
  return { baselineMs, candidateMs: baselineMs * (1 - gain.value), gain };
}

/**
 * Gain of several queries together from the gains of each: Σ wᵢ·gainᵢ ÷ Σ wᵢ, wᵢ the time they took before.
 * Their errors are independent, so the distances to each bound add as squares (propagation of
 * uncertainty: Taylor, An Introduction to Error Analysis, 1997, chapter 3). null: no weight at all.
 */
export function combineGains(
  parts: readonly { weight: number; gain: Interval }[],
): Interval | null {
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  if (whole <= 0) return null;
  const value = parts.reduce((sum, { weight, gain }) => sum + weight * gain.value, 0) / whole;
  const spread = (bound: "low" | "high") =>
    Math.hypot(...parts.map(({ weight, gain }) => weight * (gain.value - gain[bound]))) / whole;
  return { value, low: value - spread("low"), high: value + spread("high") };
}
