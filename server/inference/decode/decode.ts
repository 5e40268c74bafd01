import type { Token } from "node-llama-cpp";
import type { AnswerValue } from "./check-answer";
import { choose } from "./choose";
import type { Evaluator } from "./evaluator";
import type { Plan } from "./plan";
import type { Vocabulary } from "./vocabulary";
import { writeText } from "./write-text";

export interface Decoded {
  answer: Record<string, AnswerValue>;
  probabilities: Record<string, Record<string, number>>;
}

/**
 * Has a model write the planned answer after `prompt`. Fixed text is never generated: it is read
 * in one batch with what comes before the next question, so that an answer of one choice costs the
 * reading of the prompt and nothing more.
 */
export async function decode(
  evaluator: Evaluator,
  vocabulary: Vocabulary,
  plan: Plan,
  input: { prompt: Token[]; tokensMax: number },
): Promise<Decoded> {
  const decoded: Decoded = { answer: {}, probabilities: {} };
  let pending = [...input.prompt, ...plan.opening];
  let { tokensMax } = input;
  for (const step of plan.steps) {
    if (step.kind === "choice") {
      const chosen = await choose(evaluator, step.choices, pending);
      decoded.answer[step.name] = chosen.choice.value;
      decoded.probabilities[step.name] = chosen.probabilities;
      pending = chosen.pending;
    } else {
      const written = await writeText(evaluator, vocabulary, step, { pending, tokensMax });
      decoded.answer[step.name] = written.text;
      pending = written.pending;
      tokensMax -= written.tokens;
    }
  }
  return decoded;
}
