import { quantile } from "@/server/statistics";

export interface Quantiles {
  min: number;
  p25: number;
  median: number;
  p75: number;
  p95: number;
  max: number;
}

/** Summary of latencies (ms) for the table beside the chart; null without samples. */
export function summarizeSamples(samples: readonly number[]): Quantiles | null {
  if (samples.length === 0) return null;
  return {
    min: quantile(samples, 0),
    p25: quantile(samples, 0.25),
    median: quantile(samples, 0.5),
    p75: quantile(samples, 0.75),
    p95: quantile(samples, 0.95),
    max: quantile(samples, 1),
  };
}

/** Decade and 1-2-5 ticks that cover the values of a log axis. */
export function logTicks(min: number, max: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power += 1) {
    for (const step of [1, 2, 5]) ticks.push(Number((step * 10 ** power).toPrecision(1)));
  }
  const first = ticks.findLastIndex((tick) => tick <= min);
  const last = ticks.findIndex((tick) => tick >= max);
  const cut = ticks.slice(Math.max(0, first), last === -1 ? undefined : last + 1);
  if (cut.length <= 7) return cut;
  return cut.filter((tick, i) => i === 0 || i === cut.length - 1 || /^0?\.?0*1/.test(`${tick}`));
}
