import { choicePoints } from "./choice-points";
import type { Example } from "./example";

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
