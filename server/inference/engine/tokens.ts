import type { LlamaModel, Token } from "node-llama-cpp";

/** The model's words, as far as decoding needs them. */
export interface Vocabulary {
  /** Tokens of a piece of an answer: no space is put before it. */
  tokensOf(text: string): Token[];
  /** What a token adds to a text; empty for control tokens. */
  textOf(token: Token): string;
}

/** A token's text depends on what stands before it (the first one loses its space). */
const ANCHOR = "a";

export function vocabularyOf(model: LlamaModel): Vocabulary {
  const tokensOf = (text: string) => model.tokenize(text, false, "trimLeadingSpace");
  const anchor = tokensOf(ANCHOR);
  const known = new Map<Token, string>();
  return {
    tokensOf,
    textOf(token) {
      const kept = known.get(token);
      if (kept !== undefined) return kept;
      const text = model.detokenize([...anchor, token], false).slice(ANCHOR.length);
      known.set(token, text);
      return text;
    },
  };
}

/** Turns a request's two texts into the tokens a model completes. */
export type PromptTokenizer = (prompt: string, instruction: string) => Token[];

function withBeginning(model: LlamaModel, tokens: Token[]): Token[] {
  const { bos, shouldPrependBosToken } = model.tokens;
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}

/**
 * For a student: the prompt as it stands. For an instruct model: the instruction and the prompt as
 * one user message of its chat template, up to where its answer begins. Neither text can be taken
 * for control tokens, whatever it contains.
 */
export async function promptTokenizer(
  model: LlamaModel,
  format: "completion" | "chat",
): Promise<PromptTokenizer> {
  if (format === "completion") {
    return (prompt) => withBeginning(model, model.tokenize(prompt));
  }
  const { resolveChatWrapper } = await import("node-llama-cpp");
  const wrapper = resolveChatWrapper(model);
  return (prompt, instruction) => {
    const { contextText } = wrapper.generateContextState({
      chatHistory: [
        { type: "user", text: `${instruction}\n\n${prompt}` },
        { type: "model", response: [""] },
      ],
    });
    return withBeginning(model, contextText.tokenize(model.tokenizer));
  };
}
