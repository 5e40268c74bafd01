import type { LlamaModel, Token } from "node-llama-cpp";

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
