import {
  getLlama,
  type LlamaContextSequence,
  LlamaLogLevel,
  resolveChatWrapper,
  type Token,
} from "node-llama-cpp";

/** A GGUF in memory, for the pipeline; products ask the inference worker. */
export interface OpenModel {
  sequences: LlamaContextSequence[];
  /** Tokens of a model's context. */
  contextTokens: number;
  /** With the beginning-of-text token where the model wants one. */
  promptTokens(text: string): Token[];
  /**
   * The prompt after an instruction: one user message of the model's chat template where it has one,
   * up to where its answer begins. Without instruction: the prompt alone.
   */
  questionTokens(prompt: string, instruction?: string): Token[];
  /** Of a piece in the middle of a text: no space is put before it. */
  tokensOf(text: string): Token[];
  textOf(tokens: readonly Token[]): string;
  close(): Promise<void>;
}

const CONTEXT_TOKENS_MAX = 1024;

/**
 * Loads a GGUF on the processor. `threads` is always set: with more than there are free cores
 * llama.cpp's barriers make a millisecond's work last seconds.
 */
export async function openModel(
  modelPath: string,
  { threads = 1, sequences = 1 }: { threads?: number; sequences?: number } = {},
): Promise<OpenModel> {
  const llama = await getLlama({
    gpu: false,
    build: "never",
    progressLogs: false,
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
    maxThreads: threads,
  });
  const model = await llama.loadModel({ modelPath, gpuLayers: 0, useMmap: false });
  const contextTokens = Math.min(model.trainContextSize, CONTEXT_TOKENS_MAX);
  const context = await model.createContext({
    sequences,
    contextSize: contextTokens,
    batchSize: Math.min(512, contextTokens),
    threads,
  });
  const tokensOf = (text: string) => model.tokenize(text, false, "trimLeadingSpace");
  const begun = (tokens: Token[]) => {
    const { bos, shouldPrependBosToken } = model.tokens;
    return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
  };
  return {
    sequences: Array.from({ length: sequences }, () => context.getSequence()),
    contextTokens,
    promptTokens: (text) => begun(model.tokenize(text)),
    questionTokens(prompt, instruction) {
      if (instruction === undefined) return begun(model.tokenize(prompt));
      const text = `${instruction}\n\n${prompt}`;
      if (model.fileInfo.metadata.tokenizer.chat_template === undefined) {
        return begun(model.tokenize(`${text}\n`));
      }
      const { contextText } = resolveChatWrapper(model).generateContextState({
        chatHistory: [
          { type: "user", text },
          { type: "model", response: [""] },
        ],
      });
      return begun(contextText.tokenize(model.tokenizer));
    },
    tokensOf,
    textOf: (tokens) => model.detokenize(tokens),
    close: () => llama.dispose(),
  };
}

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
