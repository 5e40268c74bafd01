import type { LlamaContextSequence, Token } from "node-llama-cpp";
import type { Evaluator } from "../decode/evaluator";

/** Tokens read between two looks at the signal. */
const CHUNK = 256;

/** An evaluator that also tells what it cost. */
export interface CountingEvaluator extends Evaluator {
  /** Tokens read so far. */
  tokens(): number;
  /** performance.now() of the first answer; null before it. */
  firstAnswerAt(): number | null;
}

type Wanted =
  | { tokens: Token[] }
  | {
      /** How many likeliest tokens. */
      includeTop: number;
      tokens: Token[];
    };

/**
 * Reads tokens into a sequence. Those of several sequences are batched by node-llama-cpp.
 * Rejects with the signal's reason between chunks.
 */
export function evaluatorOf(
  sequence: LlamaContextSequence,
  signal: AbortSignal,
): CountingEvaluator {
  let tokens = 0;
  let firstAnswerAt: number | null = null;
  async function next(read: Token[], filter: Wanted): Promise<Map<Token, number>> {
    let start = 0;
    for (; read.length - start > CHUNK; start += CHUNK) {
      signal.throwIfAborted();
      await sequence.evaluateWithoutGeneratingNewTokens(read.slice(start, start + CHUNK));
    }
    signal.throwIfAborted();
    const rest = read.slice(start);
    const last = rest.pop();
    if (last === undefined) throw new RangeError("There is nothing to read.");
    const outputs = await sequence.controlledEvaluate([
      ...rest,
      [last, { generateNext: { logits: { filter } } }],
    ]);
    tokens += read.length;
    firstAnswerAt ??= performance.now();
    return outputs.at(-1)?.next.logits ?? new Map<Token, number>();
  }
  return {
    async logitsOf(read, wanted) {
      const logits = await next(read, { tokens: wanted });
      return wanted.map((token) => logits.get(token) ?? Number.NEGATIVE_INFINITY);
    },
    async likeliest(read, count) {
      const logits = await next(read, { tokens: [], includeTop: count });
      return [...logits.keys()];
    },
    tokens: () => tokens,
    firstAnswerAt: () => firstAnswerAt,
  };
}
