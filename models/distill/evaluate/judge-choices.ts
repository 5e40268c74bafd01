import { adversarial, opinion } from "@/server/inference/tasks";
import { type OpenModel, softmax } from "../llama/open-model";
import { askChoices, type Choice } from "./ask-model";
import { type ChoicePoint, choicePoints, type Example, type FieldStatistics } from "./examples";
import type { Judged } from "./metrics";

/** The same choices judged for everyone who answers them. */
interface FieldAnswers {
  student: Judged[];
  /** The student with its probabilities as they come, before temperature. */
  raw: Judged[];
  /** The student where only the teacher's likeliest value counts as right. */
  agreement: Judged[];
  rules: Judged[];
  majority: Judged[];
  teacher: Judged[];
}

export interface Judgement {
  fields: Map<string, FieldAnswers>;
  /** Of each example, in milliseconds. */
  latenciesMs: number[];
}

/** Asks the model for every choice of the examples and lays the other answers beside it. */
export async function judgeChoices(
  model: OpenModel,
  examples: readonly Example[],
  statistics: ReadonlyMap<string, FieldStatistics>,
  calibration: Readonly<Record<string, number>>,
): Promise<Judgement> {
  const [sequence] = model.sequences;
  if (sequence === undefined) throw new RangeError("The model was opened without a sequence.");
  const valuesOf = (field: string) => statistics.get(field)?.values ?? [];
  const fields = new Map<string, FieldAnswers>();
  const latenciesMs: number[] = [];
  for (const example of examples) {
    const points = choicePoints(example);
    const begun = performance.now();
    const choices = await askChoices(model, sequence, example.prompt, points, valuesOf);
    latenciesMs.push(performance.now() - begun);
    const rules: Record<string, unknown> = JSON.parse(example.rules);
    const isOverruled = isRulesBetter(example, points, choices);
    // A later choice is made beside the earlier ones: it is right with them, or by luck.
    const chain = { calibrated: 1, raw: 1 };
    for (const [index, { field, key, value: right }] of points.entries()) {
      const choice = choices[index];
      if (choice === undefined) throw new RangeError(`${field} was not asked.`);
      const known = statistics.get(field);
      const sure = (temperature: number) => Math.max(...softmax(choice.logits, temperature));
      const answers = fields.get(field) ?? emptyAnswers();
      fields.set(field, answers);
      // What the product answers: where the rules know better, theirs, and for certain.
      const said = isOverruled ? String(rules[key]) : choice.said;
      const odds = example.soft[index]?.choices ?? {};
      const chance = odds[said] ?? 0;
      chain.calibrated *= sure(calibration[field] ?? 1);
      chain.raw *= sure(1);
      const confidence = isOverruled ? 1 : chain.calibrated;
      answers.student.push({ said, right, confidence, chance });
      answers.raw.push({ said, right, confidence: isOverruled ? 1 : chain.raw, chance });
      answers.agreement.push({ said, right, confidence });
      answers.rules.push({ said: String(rules[key]), right });
      answers.majority.push({
        said: known?.majority ?? "",
        right,
        confidence: known?.majorityShare ?? 0,
      });
      answers.teacher.push({ ...likeliest(odds), right });
    }
  }
  return { fields, latenciesMs };
}

/** Whether the task takes the rules' answer where the model says this. */
function isRulesBetter(
  example: Example,
  points: readonly ChoicePoint[],
  choices: readonly Choice[],
): boolean {
  const task = [adversarial, opinion].find(({ name }) => name === example.task);
  if (task?.reconcile === undefined) return false;
  const told = JSON.stringify(
    Object.fromEntries(points.map(({ key }, at) => [key, choices[at]?.said])),
  );
  return task.reconcile(told, example.rules) !== told;
}

function emptyAnswers(): FieldAnswers {
  return { student: [], raw: [], agreement: [], rules: [], majority: [], teacher: [] };
}

function likeliest(odds: Readonly<Record<string, number>>): { said: string; confidence: number } {
  return Object.entries(odds).reduce(
    (best, [said, confidence]) => (confidence > best.confidence ? { said, confidence } : best),
    { said: "", confidence: 0 },
  );
}
