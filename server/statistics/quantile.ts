import type { LatencySummary } from "@/server/contracts";

/** Quantile of an ascending list, linear between neighbours (Hyndman and Fan's type 7). */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = (sorted.length - 1) * Math.min(1, Math.max(0, probability));
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** Quantile of any list; NaN when it is empty. */
export function quantile(values: readonly number[], probability: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), probability);
}

/** Median; NaN when the list is empty. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Samples (ms) with their median and 95th percentile. */
export function summarizeLatencies(samples: readonly number[]): LatencySummary {
  return {
    samples_ms: samples.map((value) => Math.round(value * 10_000) / 10_000),
    median_ms: median(samples),
    p95_ms: quantile(samples, 0.95),
  };
}
