import { choicePoints } from "../evaluate/choice-points";
import type { Example } from "../evaluate/example";
import type { FieldStatistics } from "../evaluate/learn-fields";
import type { OpenModel } from "../llama/open-model";
import { valueOdds } from "./value-odds";

const QUOTE = '"';

/**
 * The examples with `soft` as the model sees the choices; `answer` stays what is right. At a later
 * choice the model is shown the right earlier values. `question` makes the model's tokens of a
 * task's prompt (with an instruction, for models that were not trained on these prompts).
 */
export async function* teachExamples(
  model: OpenModel,
  examples: Iterable<Example>,
  statistics: ReadonlyMap<string, FieldStatistics>,
  question: (task: string, prompt: string) => ReturnType<OpenModel["promptTokens"]>,
): AsyncGenerator<Example> {
  const [sequence] = model.sequences;
  if (sequence === undefined) throw new RangeError("The model was opened without a sequence.");
  for (const example of examples) {
    let read = question(example.task, example.prompt);
    const soft: Example["soft"] = [];
    for (const [index, { field, before, value }] of choicePoints(example).entries()) {
      read = [...read, ...model.tokensOf(before)];
      const values = statistics.get(field)?.values ?? [value];
      const closing = before.endsWith(QUOTE) ? QUOTE : "}";
      const choices = await valueOdds(model, sequence, read, values, closing);
      soft.push({ at: example.soft[index]?.at ?? 0, choices });
      read = [...read, ...model.tokensOf(value)];
    }
    yield { ...example, soft };
  }
}
