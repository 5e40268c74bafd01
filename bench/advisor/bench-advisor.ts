import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { adviseApart } from "./advise-apart";
import { type BenchOptions, parseOptions } from "./options";
import { benchOrder } from "./order/bench-order";
import { benchRepeats } from "./repeats/bench-repeats";
import { BENCHMARKS_PAGE, updateBenchmarksPage } from "./report/benchmarks-page";
import { machine } from "./report/machine";
import { mergeResults } from "./report/merge-results";
import { printResult, printSummary } from "./report/print";
import { renderTable } from "./report/table";
import { runScale } from "./run-scale";
import { runWorkload, type WorkloadResult } from "./run-workload";
import { proofSettings } from "./settings";
import { WORKLOADS } from "./workloads";

const RESULT_FILE = "bench/results/advisor.json";
/** The exhaustive search may take longer than the advising it is compared with. */
const SEARCH_SHARE = 3;
/** Time for the final measurement of all strategies and promises together. */
const FINAL_SHARE = 0.75;

/**
 * Shows what the advisor's changes do to whole workloads, against doing nothing, naive advice, its
 * own rules without proof, and the best set there is. Writes the results and the table in docs/benchmarks.md of
 * workloads at full size; those that did not run again keep theirs.
 */
export async function benchAdvisor(args: string[]): Promise<void> {
  const options = parseOptions(args);
  const root = mkdtempSync(path.join(os.tmpdir(), "bench-advisor-"));
  try {
    if (options.isScale) {
      const { rows, seconds: secondsMax } = options;
      const settings = proofSettings();
      await runScale({ folder: path.join(root, "scale"), rows, secondsMax, settings });
    } else if (options.isOrder) await benchOrder(path.join(root, "order"));
    else if (options.repeats > 0) await benchRepeats(options, chosen(options.only), root);
    else await benchWorkloads(options, root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function benchWorkloads(options: BenchOptions, root: string): Promise<void> {
  const results: WorkloadResult[] = [];
  const settings = proofSettings();
  for (const workload of chosen(options.only)) {
    console.log(`\n${workload.name}: ${workload.title}`);
    const result = await runWorkload(workload, {
      folder: path.join(root, workload.name),
      rows: options.rows ?? workload.rows,
      secondsMax: options.seconds,
      settings,
      searchSecondsMax: options.seconds * SEARCH_SHARE,
      finalSecondsMax: options.seconds * FINAL_SHARE,
      roundsMin: 9,
      advise: adviseApart,
    });
    printResult(result);
    results.push(result);
  }
  printSummary(results);
  if (options.rows !== undefined) return;
  const all = mergeResults(RESULT_FILE, results);
  const report = {
    name: "advisor",
    ...(await machine()),
    settings,
    seconds_max: options.seconds,
    results: all,
  };
  mkdirSync(path.dirname(RESULT_FILE), { recursive: true });
  writeFileSync(RESULT_FILE, `${JSON.stringify(report, null, 1)}\n`);
  updateBenchmarksPage("advisor", renderTable(all));
  console.log(`Written to ${RESULT_FILE} and ${BENCHMARKS_PAGE}`);
}

function chosen(only: string[]) {
  const unknown = only.find((name) => !WORKLOADS.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new Error(
      `There is no workload ${unknown}; there are ${WORKLOADS.map((one) => one.name).join(", ")}.`,
    );
  }
  return WORKLOADS.filter((one) => only.length === 0 || only.includes(one.name));
}
