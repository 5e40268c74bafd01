import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

/** One line of a data set. */
const Example = z.object({
  id: z.string(),
  task: z.string(),
  family: z.string(),
  prompt: z.string(),
  /** Compact JSON: what is right. */
  answer: z.string(),
  /** At each choice of the answer (offset of its value, without quotes): the teacher's distribution. */
  soft: z.array(z.object({ at: z.number().int(), choices: z.record(z.string(), z.number()) })),
  /** The rules' own answer. */
  rules: z.string(),
});
export type Example = z.infer<typeof Example>;

/** All examples of a gzipped JSONL file, in its order. Throws on the first line that is none. */
export function readExamples(path: string): Example[] {
  const lines = gunzipSync(readFileSync(path)).toString("utf8").trimEnd().split("\n");
  return lines.map((line) => Example.parse(JSON.parse(line)));
}

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

/** What the training set says of a choice. */
export interface FieldStatistics {
  /** Every value it takes there, sorted. */
  values: string[];
  /** The most frequent right value: the baseline that looks at nothing. */
  majority: string;
  /** The majority's share in the training set. */
  majorityShare: number;
}

/** Statistics by field (`task.key`). */
export function learnFields(training: Iterable<Example>): Map<string, FieldStatistics> {
  const counts = new Map<string, Map<string, number>>();
  for (const example of training) {
    for (const [index, { field, value }] of choicePoints(example).entries()) {
      const of = counts.get(field) ?? new Map<string, number>();
      counts.set(field, of);
      for (const other of Object.keys(example.soft[index]?.choices ?? {})) {
        of.set(other, of.get(other) ?? 0);
      }
      of.set(value, (of.get(value) ?? 0) + 1);
    }
  }
  return new Map(
    [...counts].map(([field, of]) => {
      const total = [...of.values()].reduce((sum, count) => sum + count, 0);
      const [majority, count] = [...of].reduce((best, next) => (next[1] > best[1] ? next : best));
      return [field, { values: [...of.keys()].sort(), majority, majorityShare: count / total }];
    }),
  );
}

/** At most `count` items of a list, evenly spread over it; all of them when there are fewer. */
export function takeEvenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  const picked = Array.from({ length: count }, (_, i) => Math.floor((i * items.length) / count));
  return picked.flatMap((index) => items.slice(index, index + 1));
}
