import { formatInterval, formatPercent } from "@/server/format";
import type { WorkloadResult } from "../run-workload";
import { promiseCounts, slowerQueries, worstText } from "./summary";

const MB = 1024 * 1024;

/** One workload's strategies as a console table, then its promises. */
export function printResult(result: WorkloadResult): void {
  console.table(
    Object.fromEntries(
      result.strategies.map((one) => [
        one.strategy,
        {
          changes: one.changes.length,
          gain: one.outcome ? formatInterval(one.outcome.gain) : "not built",
          worst: worstText(one),
          storage: one.outcome ? formatPercent(one.outcome.storage_overhead) : "",
          inserts: one.outcome?.insert_ratio ? `${one.outcome.insert_ratio.toFixed(2)}×` : "",
          results: one.outcome?.differing.length === 0 ? "equal" : one.outcome?.differing.join(" "),
        },
      ]),
    ),
  );
  const { advised, search } = result;
  console.log(
    `  advised in ${advised.seconds.toFixed(1)} s of ${advised.seconds_max} s, peak ${Math.round(advised.rss_peak_bytes / MB)} MB; ` +
      `${advised.accepted.length} of ${advised.tried} accepted: ${advised.accepted.join(", ") || "none"}`,
  );
  if (search !== null) {
    console.log(
      `  best: all sets of ${search.searched} of ${search.candidates} candidates, ${search.sets_measured} measured in ${search.seconds.toFixed(0)} s`,
    );
  }
  for (const one of result.promises) {
    const verdict = one.is_kept ? "kept" : one.is_kept_within_noise ? "within noise" : "NOT KEPT";
    console.log(
      `  promised ${formatInterval(one.promised)}, delivered ${formatInterval(one.delivered)}: ${verdict} (${one.name}${one.is_sampled ? ", sampled" : ""})`,
    );
  }
}

/** What holds over all workloads. */
export function printSummary(results: WorkloadResult[]): void {
  const { made, kept, keptWithinNoise } = promiseCounts(results);
  console.log(`\n${kept} of ${made} promises kept, ${keptWithinNoise} within noise.`);
  for (const name of ["ours", "best", "rules", "index_everything"] as const) {
    const slower = slowerQueries(results, name);
    console.log(`Queries slower beyond noise, ${name}: ${slower.length} ${slower.join(", ")}`);
  }
}
