import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Advice } from "../advise";
import { adviseApart } from "../advise-apart";
import { openWorkload } from "../open-workload";
import type { BenchOptions } from "../options";
import { machine } from "../report/machine";
import { mergeResults } from "../report/merge-results";
import { updateReadme } from "../report/readme";
import { proofSettings } from "../settings";
import type { Workload } from "../types";
import { compareRuns } from "./compare-runs";
import { type RepeatedWorkload, renderRepeats } from "./render-repeats";

const RESULT_FILE = "bench/results/advisor-repeats.json";

/** Advises several times on the same data, each time in a fresh process: is it the same advice? */
export async function benchRepeats(
  options: BenchOptions,
  workloads: Workload[],
  root: string,
): Promise<void> {
  const results: RepeatedWorkload[] = [];
  const settings = proofSettings();
  // The large workload asks what another asks of less data.
  for (const workload of workloads.filter((one) => one.isSearched)) {
    const rows = options.rows ?? workload.rows;
    const folder = path.join(root, workload.name);
    const secondsMax = options.seconds;
    const { request } = await openWorkload(workload, { folder, rows, secondsMax, settings });
    const advices: Advice[] = [];
    for (let run = 0; run < options.repeats; run++) {
      advices.push(await adviseApart(request));
      // What one run exported the next must not find.
      rmSync(request.workDir, { recursive: true, force: true });
    }
    rmSync(folder, { recursive: true, force: true });
    const result = { workload: workload.name, rows, ...compareRuns(advices) };
    const { accepted, ...printed } = result;
    console.log(printed, accepted.map((ids) => ids.join(" ")).sort());
    results.push(result);
  }
  if (options.rows === undefined) await keep(results, options.seconds);
}

/** Runs of single workloads take the place of older ones of the same; the others stay. */
async function keep(results: RepeatedWorkload[], secondsMax: number): Promise<void> {
  const all = mergeResults(RESULT_FILE, results);
  const report = {
    name: "advisor, repeated",
    ...(await machine()),
    ...{ settings: proofSettings(), seconds_max: secondsMax, results: all },
  };
  mkdirSync(path.dirname(RESULT_FILE), { recursive: true });
  writeFileSync(RESULT_FILE, `${JSON.stringify(report, null, 1)}\n`);
  updateReadme("advisor-repeats", renderRepeats(all));
  console.log(`Written to ${RESULT_FILE} and README.md`);
}
