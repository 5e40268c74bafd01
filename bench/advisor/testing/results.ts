import type { Interval } from "@/server/contracts";
import type { Outcome } from "../final-run";
import type { WorkloadResult } from "../run-workload";
import type { StrategyName } from "../types";

export const interval = (value: number, spread = 0.02): Interval => ({
  value,
  low: value - spread,
  high: value + spread,
});

/** One workload's results with the given gains. */
export function workloadResult(
  gains: Partial<Record<StrategyName, number | null>>,
): WorkloadResult {
  return {
    workload: "orders",
    title: "orders",
    rows: 600_000,
    advised: {
      accepted: ["add_index:orders:code"],
      tried: 3,
      seconds: 12.4,
      seconds_max: 60,
      rss_peak_bytes: 300_000_000,
      first_accepted_seconds: 3,
      progress_events: 9,
    },
    strategies: Object.entries(gains).map(([name, gain]) => ({
      strategy: name as StrategyName,
      changes: [],
      outcome: gain === null ? null : outcome(gain),
    })),
    search: null,
    promises: [],
  };
}

function outcome(gain: number): Outcome {
  const worst = { baseline_ms: 2, candidate_ms: 3, gain: interval(-0.5), is_slower: true };
  return {
    gain: interval(gain),
    baseline_ms: 100,
    candidate_ms: 100 * (1 - gain),
    queries: [{ name: "by-code", fingerprint: "f1", rounds: 9, ...worst }],
    bytes: 1,
    storage_overhead: 0,
    build_ms: 1,
    insert_ratio: 1,
    differing: [],
  };
}
