import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { compareParity, type Parity } from "../check/compare-parity";
import { openModel } from "../llama/open-model";
import { runPython } from "./run-python";

/**
 * How far llama.cpp may be from the trainer in a value's probability. It keeps keys and values in
 * half precision; Q8_0 rounds every weight to one of 255 levels besides.
 */
const LIMITS = {
  f32: { sameTopMin: 0.999, differenceMax: 0.005, differenceMeanMax: 0.0005 },
  q8_0: { sameTopMin: 0.99, differenceMax: 0.1, differenceMeanMax: 0.01 },
};

/**
 * `parity --data DIR --run DIR [--count 500] [--python python3]`: exports the run in F32 and Q8_0
 * and compares tokens and probabilities with the trainer's. Rejects beyond the limits.
 */
export async function parity(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: "string" },
      run: { type: "string" },
      count: { type: "string", default: "500" },
      python: { type: "string", default: "python3" },
    },
  });
  if (values.data === undefined || values.run === undefined) {
    throw new Error("--data and --run are needed: the folders of data set and training.");
  }
  const folder = mkdtempSync(path.join(tmpdir(), "parity-"));
  try {
    const run = path.resolve(values.run);
    const reference = path.join(folder, "reference.jsonl");
    await runPython(values.python, [
      ...["export", "reference", "--data", path.resolve(values.data), "--run", run],
      ...["--out", reference, "--count", values.count],
    ]);
    for (const kind of ["f32", "q8_0"] as const) {
      const out = path.join(folder, `${kind}.gguf`);
      const flags = kind === "f32" ? ["--f32"] : [];
      await runPython(values.python, ["export", "model", "--run", run, "--out", out, ...flags]);
      const model = await openModel(out);
      const found = await compareParity(model, reference);
      await model.close();
      console.log(JSON.stringify({ kind, ...found }));
      assertWithin(kind, found);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function assertWithin(kind: keyof typeof LIMITS, found: Parity): void {
  const { sameTopMin, differenceMax, differenceMeanMax } = LIMITS[kind];
  if (found.tokenMismatches > 0) {
    throw new Error(`${kind}: ${found.tokenMismatches} texts are cut into other tokens.`);
  }
  if (
    found.sameTop < sameTopMin ||
    found.probabilityDifferenceMax > differenceMax ||
    found.probabilityDifferenceMean > differenceMeanMax
  ) {
    throw new Error(`${kind}: llama.cpp does not compute what the trainer does.`);
  }
}
