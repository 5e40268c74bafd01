import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Token } from "node-llama-cpp";
import { z } from "zod";
import { logitsAfter, type OpenModel, openModel, softmax } from "../llama/open-model";
import { runPython } from "./train";

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

const Reference = z.object({
  prompt: z.string(),
  answer: z.string(),
  tokens: z.array(z.number()),
  choices: z.array(
    z.object({
      at: z.number(),
      field: z.string(),
      tokens: z.array(z.number()),
      logits: z.array(z.number()),
      probabilities: z.array(z.number()),
    }),
  ),
});

interface Parity {
  examples: number;
  /** Examples whose token ids differ between SentencePiece and llama.cpp. */
  tokenMismatches: number;
  choices: number;
  /** Share of choices where both prefer the same value. */
  sameTop: number;
  /** Largest difference of a value's probability among the values, and the mean over choices. */
  probabilityDifferenceMax: number;
  probabilityDifferenceMean: number;
}

/** Compares llama.cpp with what the trainer wrote (python3 -m export reference). */
async function compareParity(model: OpenModel, referencePath: string): Promise<Parity> {
  const [sequence] = model.sequences;
  if (sequence === undefined) throw new RangeError("The model was opened without a sequence.");
  const lines = readFileSync(referencePath, "utf8").trimEnd().split("\n");
  const parity = { examples: lines.length, tokenMismatches: 0, choices: 0 };
  const differences: number[] = [];
  let same = 0;
  for (const line of lines) {
    const entry = Reference.parse(JSON.parse(line));
    const tokens = model.promptTokens(entry.prompt + entry.answer);
    if (tokens.join() !== entry.tokens.join()) parity.tokenMismatches += 1;
    for (const choice of entry.choices) {
      await sequence.clearHistory();
      const read = entry.tokens.slice(0, choice.at + 1).map(asToken);
      const ours = await logitsAfter(sequence, read, choice.tokens.map(asToken));
      const [here, there] = [softmax(ours), softmax(choice.logits)];
      differences.push(Math.max(...here.map((p, i) => Math.abs(p - (there[i] ?? 0)))));
      if (indexOfMax(here) === indexOfMax(there)) same += 1;
      parity.choices += 1;
    }
  }
  return {
    ...parity,
    sameTop: same / parity.choices,
    probabilityDifferenceMax: Math.max(...differences),
    probabilityDifferenceMean: differences.reduce((sum, d) => sum + d, 0) / differences.length,
  };
}

const indexOfMax = (values: readonly number[]) => values.indexOf(Math.max(...values));

/** A token id of the trainer: both sides share one vocabulary, which is what the check is for. */
const asToken = (id: number) => id as Token;
