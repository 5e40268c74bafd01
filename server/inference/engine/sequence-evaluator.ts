import type { LlamaContextSequence, Token } from "node-llama-cpp";
import type { Evaluator } from "../decode/decode";
import type { SerialExecutor } from "./lanes";

/** Tokens read between two looks at the signal, and before another's turn. */
const CHUNK = 128;
/**
 * Longer reads take turns, shorter ones (generation) are batched across sequences. A prompt fills
 * the one thread by itself, and llama.cpp cuts a batch of prompts of unequal lengths into many small
 * ones: eight prompts of 50 to 90 tokens took twice the time of one after the other.
 */
const BATCHED_TOKENS_MAX = 8;

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
 * Reads tokens into a sequence; `runSerially` is shared by all sequences of a model. Rejects with the
 * signal's reason between chunks.
 */
export function evaluatorOf(
  sequence: LlamaContextSequence,
  runSerially: SerialExecutor,
  signal: AbortSignal,
): CountingEvaluator {
  let tokens = 0;
  let firstAnswerAt: number | null = null;
  async function next(read: Token[], filter: Wanted): Promise<Map<Token, number>> {
    let start = 0;
    for (; read.length - start > CHUNK; start += CHUNK) {
      const chunk = read.slice(start, start + CHUNK);
      await runSerially(async () => {
        signal.throwIfAborted();
        await sequence.evaluateWithoutGeneratingNewTokens(chunk);
      });
    }
    const rest = read.slice(start);
    const last = rest.pop();
    if (last === undefined) throw new RangeError("There is nothing to read.");
    const ask = () => {
      signal.throwIfAborted();
      return sequence.controlledEvaluate([
        ...rest,
        [last, { generateNext: { logits: { filter } } }],
      ]);
    };
    const outputs =
      rest.length < BATCHED_TOKENS_MAX ? await ask() : await runSerially(async () => ask());
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
