import { readFileSync } from "node:fs";
import type { Token } from "node-llama-cpp";
import { z } from "zod";
import { logitsAfter, softmax } from "../llama/logits-after";
import type { OpenModel } from "../llama/open-model";

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

export interface Parity {
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
export async function compareParity(model: OpenModel, referencePath: string): Promise<Parity> {
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
