import type { Interval } from "@/server/contracts";
import type { StrategyResult, WorkloadResult } from "../run-workload";
import type { StrategyName } from "../types";

export function strategyOf(result: WorkloadResult, name: StrategyName): StrategyResult | undefined {
  return result.strategies.find((one) => one.strategy === name);
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** `63 % [61, 66]`. */
export function intervalText({ value, low, high }: Interval): string {
  return `${percent(value)} [${Math.round(low * 100)}, ${Math.round(high * 100)}]`;
}

/** How much slower (or least faster) the worst query of a set of changes became; a sure loss first. */
export function worstText({ outcome }: StrategyResult): string {
  const worst = outcome?.queries.find((query) => query.is_slower) ?? outcome?.queries[0];
  if (worst === undefined) return "–";
  const times = `${(1 - worst.gain.value).toFixed(2)} ×`;
  return worst.is_slower ? `${times} (${worst.name})` : times;
}

/** Promises kept and made, over all results. */
export function promiseCounts(results: WorkloadResult[]) {
  const all = results.flatMap((result) => result.promises);
  return {
    made: all.length,
    kept: all.filter((one) => one.is_kept).length,
    keptWithinNoise: all.filter((one) => one.is_kept_within_noise).length,
  };
}

/** Queries that a strategy made slower beyond noise, over all results. */
export function slowerQueries(results: WorkloadResult[], name: StrategyName): string[] {
  return results.flatMap((result) =>
    (strategyOf(result, name)?.outcome?.queries ?? [])
      .filter((query) => query.is_slower)
      .map((query) => `${result.workload}/${query.name}`),
  );
}
