import type { Interval } from "@/server/contracts";
import { type BootstrapOptions, bootstrapInterval, resampledMedian } from "./bootstrap";
import { logRatios } from "./compare-pairs";
import { median } from "./quantile";
import { drawNormal } from "./random";

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
 * `replicationSd`: standard deviation of log(after/before) when the same is measured again, beyond
 * the noise within one measurement. Every resample shifts all its queries by one such error: what
 * differs from one run to another (caches, where the file lies) differs for all of them.
 */
export function weightedGain(
  queries: readonly WeightedPairs[],
  { replicationSd = 0, ...options }: BootstrapOptions & { replicationSd?: number },
): { baselineMs: number; candidateMs: number; gain: Interval } {
  const baselineMs = queries.reduce((sum, query) => sum + query.calls * query.baselineMs, 0);
  const measured = queries
    .filter((query) => query.before.length > 0)
    .map((query) => {
      const ratios = logRatios(query.before, query.after);
      const weight = baselineMs > 0 ? (query.calls * query.baselineMs) / baselineMs : 0;
      return { ratios, weight, scratch: new Float64Array(ratios.length) };
    });
  const total = (logRatioOf: (query: (typeof measured)[number]) => number) =>
    measured.reduce((sum, query) => sum + query.weight * (1 - Math.exp(logRatioOf(query))), 0);
  const gain = bootstrapInterval(
    total((query) => median([...query.ratios])),
    (random) => {
      const shift = replicationSd === 0 ? 0 : replicationSd * drawNormal(random);
      return total((query) => resampledMedian(query.ratios, query.scratch, random) + shift);
    },
    options,
  );
  return { baselineMs, candidateMs: baselineMs * (1 - gain.value), gain };
}
