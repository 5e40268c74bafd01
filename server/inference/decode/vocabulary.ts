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
