import type { LlamaContextSequence, Token } from "node-llama-cpp";
import { logitsAfter, type OpenModel } from "../llama/open-model";
import { type ChoicePoint, choicePoints, type Example } from "./examples";

/** What a model says at a choice. */
export interface Choice {
  field: string;
  said: string;
  /** In the order of the field's values. */
  logits: number[];
}

/**
 * Answers the choices one after the other: each is asked after the fixed text before it and the
 * model's own earlier values, never the right ones. Every value must begin with a token of its own.
 */
export async function askChoices(
  model: OpenModel,
  sequence: LlamaContextSequence,
  prompt: string,
  points: readonly ChoicePoint[],
  valuesOf: (field: string) => readonly string[],
): Promise<Choice[]> {
  await sequence.clearHistory();
  let pending: Token[] = model.promptTokens(prompt);
  const choices: Choice[] = [];
  for (const { field, before } of points) {
    const values = valuesOf(field);
    const tokens = values.map((value) => firstToken(model, value));
    const logits = await logitsAfter(sequence, [...pending, ...model.tokensOf(before)], tokens);
    const said = values[logits.indexOf(Math.max(...logits))];
    if (said === undefined) throw new RangeError(`${field} has no values.`);
    choices.push({ field, said, logits });
    pending = model.tokensOf(said);
  }
  return choices;
}

function firstToken(model: OpenModel, value: string): Token {
  const [token] = model.tokensOf(value);
  if (token === undefined) throw new RangeError(`${value} has no token.`);
  return token;
}

/** Answers a second with as many requests under way as the model has sequences. */
export async function measureBatch(
  model: OpenModel,
  examples: readonly Example[],
  valuesOf: (field: string) => readonly string[],
): Promise<number> {
  const waiting = [...examples];
  const begun = performance.now();
  await Promise.all(
    model.sequences.map(async (sequence) => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        await askChoices(model, sequence, next.prompt, choicePoints(next), valuesOf);
      }
    }),
  );
  return (examples.length * 1000) / (performance.now() - begun);
}
