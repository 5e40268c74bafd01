import { adversarial, opinion } from "@/server/inference/tasks";
import type { Example } from "../example";
import { ATTACKS, OPINIONS } from "./outside-sets";

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
