import { rmSync, writeFileSync } from "node:fs";
import { adviseApart } from "./advise-apart";
import { openWorkload } from "./open-workload";
import { BENCHMARKS_PAGE, updateBenchmarksPage } from "./report/benchmarks-page";
import { machine } from "./report/machine";
import { renderScale } from "./report/scale";
import type { ProofSettings } from "./settings";
import { scale } from "./workloads/scale";

const RESULT_FILE = "bench/results/advisor-scale.json";

/**
 * One advising run over a large product: does it end in its time, with how much memory?
 * Writes the result when it ran at full size.
 */
export async function runScale(options: {
  folder: string;
  rows: number | undefined;
  settings: ProofSettings;
  secondsMax: number;
}): Promise<void> {
  const rows = options.rows ?? scale.rows;
  const { folder, settings, secondsMax } = options;
  try {
    const { request } = await openWorkload(scale, { folder, rows, secondsMax, settings });
    const advice = await adviseApart(request);
    const codes = [...advice.proof.accepted, ...advice.proof.alternatives].map(
      (one) => one.verdict.code,
    );
    const result = {
      name: "advisor at scale",
      ...(await machine()),
      tables: advice.schema.tables.length,
      shapes: request.observed.patterns.length,
      rows: advice.schema.tables.reduce((sum, table) => sum + table.row_count, 0),
      candidates: advice.candidates.length,
      not_tried: codes.filter((code) => code === "not_reached").length,
      accepted: advice.proof.accepted.length,
      seconds_max: secondsMax,
      seconds: advice.elapsedMs / 1000,
      rss_peak_bytes: advice.rssPeakBytes,
      first_accepted_seconds:
        advice.firstAcceptedMs === null ? null : advice.firstAcceptedMs / 1000,
      progress_events: advice.progressEvents,
      set_gain: advice.proof.set_evidence?.workload.gain ?? null,
    };
    console.log(result);
    if (options.rows !== undefined) return;
    writeFileSync(RESULT_FILE, `${JSON.stringify(result, null, 1)}\n`);
    updateBenchmarksPage("advisor-scale", renderScale(result));
    console.log(`Written to ${RESULT_FILE} and ${BENCHMARKS_PAGE}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
