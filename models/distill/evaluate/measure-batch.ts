import type { OpenModel } from "../llama/open-model";
import { askChoices } from "./ask-model";
import { choicePoints } from "./choice-points";
import type { Example } from "./example";

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
