import { median } from "@/server/statistics";
import type { StrategyResult, WorkloadResult } from "../run-workload";
import type { StrategyName } from "../types";

export function strategyOf(result: WorkloadResult, name: StrategyName): StrategyResult | undefined {
  return result.strategies.find((one) => one.strategy === name);
}

/** How much slower (or least faster) the worst query of a set of changes became; a sure loss first. */
export function worstText({ outcome }: StrategyResult): string {
  const worst = outcome?.queries.find((query) => query.is_slower) ?? outcome?.queries[0];
  if (worst === undefined) return "–";
  const times = `${(1 - worst.gain.value).toFixed(2)}×`;
  return worst.is_slower ? `${times} (${worst.name})` : times;
}

/**
 * Share of the best set's gain that ours has, over the workloads where a best set was found and
 * gains anything (1%); null where there is none. Both are changes of the schema alone.
 */
export function shareOfBest(results: WorkloadResult[]) {
  const shares = results.flatMap((result) => {
    const [best, ours] = (["best", "ours_schema"] as const).map(
      (name) => strategyOf(result, name)?.outcome?.gain.value,
    );
    if (best === undefined || ours === undefined || best < 0.01) return [];
    return [{ workload: result.workload, share: ours / best }];
  });
  const [least] = [...shares].sort((one, other) => one.share - other.share);
  if (least === undefined) return null;
  return { median: median(shares.map((one) => one.share)), least };
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
