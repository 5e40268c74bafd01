import type { LlamaContextSequence, Token } from "node-llama-cpp";
import type { OpenModel } from "../llama/open-model";

const OPENING = '{"text":"';
const CLOSING = '"}';
const TOKENS_MAX = 96;

export interface Written {
  text: string;
  tokens: number;
}

/** The text a model writes at temperature 0 into `{"text":"…"}`; cut at 96 tokens. */
export async function writeText(
  model: OpenModel,
  sequence: LlamaContextSequence,
  prompt: string,
): Promise<Written> {
  await sequence.clearHistory();
  const read = [...model.promptTokens(prompt), ...model.tokensOf(OPENING)];
  const written: Token[] = [];
  for await (const token of sequence.evaluate(read, { temperature: 0 })) {
    written.push(token);
    if (written.length >= TOKENS_MAX || model.textOf(written).includes(CLOSING)) break;
  }
  const text = model.textOf(written);
  const end = text.indexOf(CLOSING);
  return { text: end < 0 ? text : text.slice(0, end), tokens: written.length };
}
