import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { ReportFile } from "../evaluate/report";
import { writeLines } from "../json-lines";
import { ownExamples } from "../testing/toy";
import { parity } from "./parity";
import { refine } from "./refine";
import { exportModel, runPython, train } from "./train";

/** Small enough for seconds, large enough to learn the toy's rules. */
const SETTINGS = [
  ...["--vocabulary", "512", "--width", "64", "--layers", "2", "--heads", "4", "--kv-heads", "2"],
  ...["--hidden", "128", "--batch-tokens", "1024", "--learning-rate", "0.004", "--epochs", "12"],
  ...["--minutes", "3", "--validate-every", "200"],
];
const ACCURACY_MIN = 0.9;
/** Share of what the shipped toy got wrong of this place, and the refined one gets right. */
const GAINED_MIN = 0.5;

/**
 * `self-test [--python python3] [--out DIR]`: the whole tool chain on a toy data set: train, resume,
 * export, parity, refinement of the exported file on examples of a place where another rule holds,
 * evaluation of both. Needs PyTorch and SentencePiece, so it is no part of `npm test`.
 */
export async function selfTest(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { python: { type: "string", default: "python3" }, out: { type: "string" } },
  });
  const { python } = values;
  const folder = values.out ?? mkdtempSync(path.join(tmpdir(), "distill-"));
  const [data, run, models] = ["data", "run", "models"].map((name) => path.resolve(folder, name));
  if (data === undefined || run === undefined || models === undefined) throw new RangeError(folder);
  try {
    await runPython(python, ["train", "test"], { echo: true });
    await runPython(python, ["train", "toy", "--out", data]);
    // Twice: the second goes on from the first one's checkpoint.
    await train(["--python", python, "--data", data, "--run", run, ...SETTINGS, "--epochs", "3"]);
    await train(["--python", python, "--data", data, "--run", run, ...SETTINGS]);
    await parity(["--python", python, "--data", data, "--run", run]);
    await exportModel(["--python", python, "--run", run, "--models", models, "--name", "toy"]);
    // Refinement goes on from nothing but the shipped file.
    const from = path.join(folder, "exported.jsonl.gz");
    await writeLines(from, ownExamples());
    const out = path.join(folder, "refined");
    const settings = ["--minutes", "1", "--replay", "1000", "--learning-rate", "0.002"];
    await refine([
      ...["--python", python, "--from", from, "--out", out, "--data", data, "--models", models],
      ...["--name", "toy-refined", ...settings, "--examples", "400"],
    ]);
    const file = path.join(out, "report.json");
    const { evaluation, details } = ReportFile.parse(JSON.parse(readFileSync(file, "utf8")));
    for (const { field, student } of details.choices) {
      console.log(`${field}: accuracy ${student.accuracy.toFixed(3)}`);
      if (student.accuracy < ACCURACY_MIN) throw new Error(`${field} was forgotten.`);
    }
    const [here, was] = [evaluation.live?.tasks, evaluation.live?.baseline];
    const gained = (here?.["prior.gain"]?.accuracy ?? 0) - (was?.["prior.gain"]?.accuracy ?? 1);
    console.log(`on examples of this place: ${(100 * gained).toFixed(0)} points more right`);
    if (gained < GAINED_MIN) throw new Error("What happened here was not learnt.");
  } finally {
    if (values.out === undefined) rmSync(folder, { recursive: true });
  }
}
