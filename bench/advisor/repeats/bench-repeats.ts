import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type EarlierVerdict, earlierVerdicts } from "@/server/proving";
import type { Advice } from "../advise";
import { adviseApart } from "../advise-apart";
import { openWorkload } from "../open-workload";
import type { BenchOptions } from "../options";
import { BENCHMARKS_PAGE, updateBenchmarksPage } from "../report/benchmarks-page";
import { machine } from "../report/machine";
import { mergeResults } from "../report/merge-results";
import { proofSettings } from "../settings";
import type { Workload } from "../types";
import { compareRuns, provedOf } from "./compare-runs";
import { describeTurns } from "./describe-turns";
import { type RepeatedWorkload, renderRepeats } from "./render-repeats";

/**
 * Advises several times on the same data, each time in a fresh process: is it the same advice? Nothing
 * is remembered between them, unless options.isRemembering: then each knows what the one before said,
 * as the sidecar's proofs do.
 */
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
      const last = options.isRemembering ? advices.at(-1) : undefined;
      const earlier = last === undefined ? [] : verdictsOf(last);
      advices.push(await adviseApart({ ...request, earlier }));
      for (const line of describeTurns(advices.at(-2), advices.at(-1))) console.log(line);
      // What one run exported the next must not find.
      rmSync(request.workDir, { recursive: true, force: true });
    }
    rmSync(folder, { recursive: true, force: true });
    const result = { workload: workload.name, rows, ...compareRuns(advices) };
    const { accepted, ...printed } = result;
    console.log(printed, accepted.map((ids) => ids.join(" ")).sort());
    results.push(result);
  }
  if (options.rows === undefined) await keep(results, options);
}

/** Runs of single workloads take the place of older ones of the same; the others stay. */
async function keep(
  results: RepeatedWorkload[],
  { isRemembering, seconds: secondsMax }: BenchOptions,
): Promise<void> {
  const name = isRemembering ? "advisor-remembered" : "advisor-repeats";
  const file = `bench/results/${name}.json`;
  const all = mergeResults(file, results);
  const report = {
    name,
    ...(await machine()),
    ...{ settings: proofSettings(), seconds_max: secondsMax, results: all },
  };
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
  updateBenchmarksPage(name, renderRepeats(all));
  console.log(`Written to ${file} and ${BENCHMARKS_PAGE}`);
}

/** What the next run is told of this one. */
function verdictsOf(advice: Advice): [string, EarlierVerdict][] {
  const judged = provedOf(advice).map(({ candidate, verdict }) => {
    return { candidateId: candidate.candidate_id, verdict };
  });
  return [...earlierVerdicts(judged)];
}
