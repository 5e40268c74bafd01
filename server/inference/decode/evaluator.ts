import type { Token } from "node-llama-cpp";

/** What decoding needs of a model: read tokens, tell the logits of the next one. */
export interface Evaluator {
  /** Logits of the given tokens; -Infinity where the model gives none. `read` is never empty. */
  logitsOf(read: Token[], tokens: Token[]): Promise<number[]>;
  /** The likeliest next tokens, best first. */
  likeliest(read: Token[], count: number): Promise<Token[]>;
}
