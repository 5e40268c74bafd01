import { z } from "zod";
import type { OpenModel } from "../llama/open-model";
import type { Example } from "./example";
import { scoreTexts, type TextScores } from "./text-metrics";
import { writeText } from "./write-text";

export interface TextJudgement {
  student: TextScores;
  rules: TextScores;
  writtenTokensPerSecond: number;
}

const Text = z.object({ text: z.string() });
const textOf = (json: string) => Text.parse(JSON.parse(json)).text;

/** Lets the model write the texts of the examples and scores them beside those of the rules. */
export async function judgeTexts(
  model: OpenModel,
  examples: readonly Example[],
): Promise<TextJudgement> {
  const [sequence] = model.sequences;
  if (sequence === undefined) throw new RangeError("The model was opened without a sequence.");
  const student: { said: string; right: string }[] = [];
  let tokens = 0;
  const begun = performance.now();
  for (const { prompt, answer } of examples) {
    const written = await writeText(model, sequence, prompt);
    tokens += written.tokens;
    student.push({ said: written.text, right: textOf(answer) });
  }
  const seconds = (performance.now() - begun) / 1000;
  const rules = examples.map(({ rules, answer }) => ({
    said: textOf(rules),
    right: textOf(answer),
  }));
  return {
    student: scoreTexts(student),
    rules: scoreTexts(rules),
    writtenTokensPerSecond: tokens / seconds,
  };
}
