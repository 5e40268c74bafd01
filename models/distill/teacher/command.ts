import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { readLines } from "../json-lines";
import { evaluateCostModel } from "./cost-model/evaluate";
import {
  condense,
  MEASURED_FILE,
  type MeasuredExample,
  RAW_FILE,
  REPORT_FILE,
} from "./measured-examples";
import { runExperiments } from "./run-experiments";

/** Changing it changes every generated table and query of the experiments. */
const SEED = 20_260_401;

/** `experiments [--seconds 600]`: measures on real DuckDB until the time is up; resumes. 0: only condenses. */
export async function experiments(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { seconds: { type: "string", default: "600" } } });
  const scratch = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  await runExperiments({
    seed: SEED,
    file: RAW_FILE,
    folder: path.join(scratch, `sidecar-distill-${process.pid}`),
    secondsMax: Number(values.seconds),
  });
  console.log(`${await condense()} experiments kept`);
}

/** `cost-model`: error of the model fitted on the experiments, on families it was not fitted on. */
export async function costModel(): Promise<void> {
  const report = evaluateCostModel(await readLines<MeasuredExample>(MEASURED_FILE), SEED);
  await writeFile(REPORT_FILE, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`${report.experiments} experiments on ${report.families} families`, report.by_kind);
  console.table(report.scores);
}
