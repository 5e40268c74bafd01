import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { condense } from "./condense";
import { RAW_FILE } from "./files";
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
