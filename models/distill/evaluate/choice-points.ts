import type { Example } from "./example";

/** A place in an answer where one of a few values stands. */
export interface ChoicePoint {
  /** `task.key`, as in calibration.json. */
  field: string;
  key: string;
  /** The fixed text between the previous choice, or the start, and this one. */
  before: string;
  /** What is right, without quotes. */
  value: string;
}

const KEY = /"(\w+)":"?$/;
const VALUE_END = /["},]/;

/** The choices of an example's answer from left to right; none for free text. */
export function choicePoints(example: Pick<Example, "task" | "answer" | "soft">): ChoicePoint[] {
  let from = 0;
  return example.soft.map(({ at }) => {
    const before = example.answer.slice(from, at);
    const key = KEY.exec(before)?.[1];
    if (key === undefined) throw new RangeError(`No key before offset ${at} of ${example.answer}`);
    const rest = example.answer.slice(at);
    const end = rest.search(VALUE_END);
    const value = end < 0 ? rest : rest.slice(0, end);
    from = at + value.length;
    return { field: `${example.task}.${key}`, key, before, value };
  });
}
