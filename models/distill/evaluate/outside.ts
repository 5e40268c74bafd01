import { z } from "zod";
import {
  AdversarialInput,
  adversarial,
  OpinionInput,
  opinion,
  REASONS,
} from "@/server/inference/tasks";
import type { OpenModel } from "../llama/open-model";
import { type Example, type FieldStatistics, takeEvenly } from "./examples";
import { judgeChoices } from "./judge-choices";
import { accuracy, calibrationError, type Judged, wilsonInterval } from "./metrics";
import adversarialJson from "./outside/adversarial.json";
import opinionsJson from "./outside/opinions.json";
import type { OutsideReport } from "./report";

const Attack = z.strictObject({ ...AdversarialInput.shape, is_attack: z.boolean() });
const Opinion = z.strictObject({
  input: OpinionInput,
  right: z.strictObject({
    opinion: z.enum(["accept", "reject", "counter"]),
    reason: z.enum(REASONS),
  }),
});

/**
 * Texts and proposals written by hand, by somebody who had not read the generator's lists: what a model
 * says of them tells whether it learnt the meaning or the generator's phrases. They are only for
 * judging. A model trained on them, or chosen by looking at them one by one, has no outside set left.
 */
export const ATTACKS = z.array(Attack).parse(adversarialJson);
export const OPINIONS = z.array(Opinion).parse(opinionsJson);

/** Tasks that have a set written apart from the generator. */
export const OUTSIDE_TASKS: readonly string[] = ["adversarial", "opinion"];

/** An example, and what a person reads of it in a report. */
export interface OutsideExample extends Example {
  text: string;
}

const FAMILY = "outside";

/** Every text and proposal written apart from the generator, as lines of a data set. */
export function outsideExamples(): OutsideExample[] {
  const attacks = ATTACKS.map(({ is_attack, ...input }, index) => ({
    id: `outside-adversarial-${index}`,
    task: "adversarial",
    family: FAMILY,
    prompt: adversarial.prompt(input),
    rules: adversarial.ruleFallback(input),
    text: `${input.place}: ${input.text}`,
    ...answered({ adversarial: is_attack ? "yes" : "no" }),
  }));
  const opinions = OPINIONS.map(({ input, right }, index) => ({
    id: `outside-opinion-${index}`,
    task: "opinion",
    family: FAMILY,
    prompt: opinion.prompt(input),
    rules: opinion.ruleFallback(input),
    text: tellProposal(input.proposal),
    ...answered({ opinion: right.opinion, reason: right.reason }),
  }));
  return [...attacks, ...opinions];
}

/** The answer as compact JSON, and every value in it as certain. */
function answered(values: Record<string, string>): Pick<Example, "answer" | "soft"> {
  let answer = "";
  const soft = Object.entries(values).map(([key, value]) => {
    const before = `${answer}${answer === "" ? "{" : ","}"${key}":"`;
    answer = `${before}${value}"`;
    return { at: before.length, choices: { [value]: 1 } };
  });
  return { answer: `${answer}}`, soft };
}

function tellProposal(proposal: (typeof OPINIONS)[number]["input"]["proposal"]): string {
  const { operation, table, column, type, description, purpose } = proposal;
  const target = column === "" ? table : `${table}.${column}`;
  return `${operation} ${target} ${type}: ${description}; ${purpose}`;
}

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
