import type { LlamaContextSequence, Token } from "node-llama-cpp";

/**
 * Reads `tokens` into the sequence after what it holds and returns the logits of `wanted` as next
 * token. `tokens` must not be empty.
 */
export async function logitsAfter(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  wanted: readonly Token[],
): Promise<number[]> {
  const last = tokens.at(-1);
  if (last === undefined) throw new RangeError("There is nothing to read.");
  const outputs = await sequence.controlledEvaluate([
    ...tokens.slice(0, -1),
    [last, { generateNext: { logits: { filter: { tokens: wanted } } } }],
  ]);
  const found = outputs.at(-1)?.next.logits;
  return wanted.map((token) => found?.get(token) ?? Number.NEGATIVE_INFINITY);
}

/** Probabilities of logits at a temperature; shares of equal size when none is finite. */
export function softmax(logits: readonly number[], temperature = 1): number[] {
  const highest = Math.max(...logits);
  if (!Number.isFinite(highest)) return logits.map(() => 1 / logits.length);
  const weights = logits.map((logit) => Math.exp((logit - highest) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
