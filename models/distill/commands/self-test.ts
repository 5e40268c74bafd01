import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { evaluate } from "../evaluate/evaluate";
import { exportModel } from "./export";
import { parity } from "./parity";
import { runPython } from "./run-python";
import { train } from "./train";

/** Small enough for seconds, large enough to learn the toy's rules. */
const SETTINGS = [
  ...["--vocabulary", "512", "--width", "64", "--layers", "2", "--heads", "4", "--kv-heads", "2"],
  ...["--hidden", "128", "--batch-tokens", "1024", "--learning-rate", "0.004", "--epochs", "12"],
  ...["--minutes", "3", "--validate-every", "200"],
];
const ACCURACY_MIN = 0.9;

/**
 * `self-test [--python python3] [--out DIR]`: the whole tool chain on a toy data set: train, resume,
 * export, parity, refinement of the exported file, evaluation. Needs PyTorch and SentencePiece, so it is no part of `npm test`.
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
    const shipped = path.join(models, "toy-q8_0.gguf");
    const start = ["--initial", shipped, "--epochs", "1", "--learning-rate", "0.0005"];
    const refined = path.join(folder, "refined");
    await train(["--python", python, "--data", data, "--run", refined, ...start]);
    await exportModel([
      "--python",
      python,
      "--run",
      refined,
      "--models",
      models,
      "--name",
      "refined",
    ]);
    const report = await evaluate({
      data,
      model: path.join(models, "refined-q8_0.gguf"),
      calibration: {},
      examplesMax: 400,
      textsMax: 40,
      threads: 1,
    });
    for (const { field, student } of report.choices) {
      console.log(`${field}: accuracy ${student.accuracy.toFixed(3)}`);
      if (student.accuracy < ACCURACY_MIN) throw new Error(`${field} was not learnt.`);
    }
  } finally {
    if (values.out === undefined) rmSync(folder, { recursive: true });
  }
}
