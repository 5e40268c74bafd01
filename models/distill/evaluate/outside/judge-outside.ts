import type { OpenModel } from "../../llama/open-model";
import { judgeChoices } from "../judge-choices";
import type { FieldStatistics } from "../learn-fields";
import { accuracy, calibrationError, type Judged } from "../metrics";
import type { OutsideReport } from "../report";
import { takeEvenly } from "../take-evenly";
import { wilsonInterval } from "../wilson-interval";
import type { OutsideExample } from "./outside-examples";

/** Mistakes shown of a task, evenly spread over its set, and characters shown of each. */
const WRONG_MAX = 30;
const TEXT_MAX = 120;

/**
 * Asks the model about texts written apart from the generator, in the way it is asked about the test
 * split. Tasks of which the training set has no example are left out: the model has no values for them.
 */
export async function judgeOutside(
  model: OpenModel,
  examples: readonly OutsideExample[],
  statistics: ReadonlyMap<string, FieldStatistics>,
  calibration: Readonly<Record<string, number>>,
): Promise<OutsideReport[]> {
  const learnt = new Set([...statistics.keys()].map((field) => field.split(".")[0] ?? field));
  const tasks = [...new Set(examples.map(({ task }) => task))].filter((task) => learnt.has(task));
  const reports: OutsideReport[] = [];
  for (const task of tasks.sort()) {
    const asked = examples.filter((example) => example.task === task);
    const { fields } = await judgeChoices(model, asked, statistics, calibration);
    const wrong = mistakes(
      asked,
      [...fields.values()].map(({ student }) => student),
    );
    reports.push({
      task,
      examples: asked.length,
      choices: [...fields].map(([field, { student, rules, majority }]) => ({
        field,
        student: { accuracy: accuracy(student), ...intervalOf(student) },
        calibrationError: calibrationError(student),
        rules: { accuracy: accuracy(rules), ...intervalOf(rules) },
        majority: { accuracy: accuracy(majority) },
        values: byValue(student, rules),
      })),
      wrongCount: wrong.length,
      wrong: takeEvenly(wrong, WRONG_MAX),
    });
  }
  return reports;
}

function intervalOf(answers: readonly Judged[]): { low: number; high: number } {
  return wilsonInterval(answers.filter(({ said, right }) => said === right).length, answers.length);
}

/** Answers of both, counted by what is right. */
function byValue(
  student: readonly Judged[],
  rules: readonly Judged[],
): OutsideReport["choices"][number]["values"] {
  const hits = (answers: readonly Judged[], value: string) =>
    answers.filter(({ said, right }) => right === value && said === right).length;
  return [...new Set(student.map(({ right }) => right))].sort().map((value) => ({
    right: value,
    examples: student.filter(({ right }) => right === value).length,
    student: hits(student, value),
    rules: hits(rules, value),
  }));
}

/** The examples at which any choice is wrong; `choices` has a list a field, in the examples' order. */
function mistakes(
  examples: readonly OutsideExample[],
  choices: readonly (readonly Judged[])[],
): OutsideReport["wrong"] {
  return examples.flatMap(({ text }, index) => {
    const judged = choices.flatMap((answers) => answers.slice(index, index + 1));
    if (judged.every(({ said, right }) => said === right)) return [];
    const join = (key: "said" | "right") => judged.map((answer) => answer[key]).join(", ");
    return [{ text: shorten(text), said: join("said"), right: join("right") }];
  });
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > TEXT_MAX ? `${line.slice(0, TEXT_MAX - 1)}…` : line;
}
