import type { Example, Split } from "./example";
import { groupOf } from "./quotas";

export interface TaskSummary {
  task: string;
  group: string;
  counts: Record<Split, number>;
  families: Record<Split, number>;
  /** Of the test split, or of all where it is empty. */
  labels: Record<string, number>;
  majority: number;
  rules: number;
  prompt_chars_max: number;
}

const SPLITS: readonly Split[] = ["train", "validation", "test"];
const LABELS_MAX = 16;

/** Counts, labels, majority class and the rules' accuracy, by task and group. */
export function summarizeDataset(data: Record<Split, Example[]>): TaskSummary[] {
  const all = SPLITS.flatMap((split) => data[split]);
  const names = [...new Set(all.map((one) => `${groupOf(one)} ${one.task}`))].sort();
  return names.map((name) => {
    const of = (split: Split) =>
      data[split].filter((one) => `${groupOf(one)} ${one.task}` === name);
    const [group = "", task = ""] = name.split(" ");
    const test = of("test");
    const labels = countBy(test, ({ answer }) => answer);
    const right = test.filter(({ answer, rules }) => answer === rules).length;
    const [most = 0] = Object.values(labels).sort((a, b) => b - a);
    return {
      ...{ task, group },
      counts: bySplit((split) => of(split).length),
      families: bySplit((split) => new Set(of(split).map(({ family }) => family)).size),
      labels: Object.fromEntries(
        Object.entries(labels)
          .sort(([, a], [, b]) => b - a)
          .slice(0, LABELS_MAX),
      ),
      majority: share(most, test.length),
      rules: share(right, test.length),
      prompt_chars_max: all
        .filter((one) => `${groupOf(one)} ${one.task}` === name)
        .reduce((max, { prompt }) => Math.max(max, prompt.length), 0),
    };
  });
}

const share = (part: number, of: number): number =>
  of === 0 ? 0 : Math.round((part / of) * 1000) / 1000;

function bySplit(count: (split: Split) => number): Record<Split, number> {
  return { train: count("train"), validation: count("validation"), test: count("test") };
}

function countBy<T>(list: readonly T[], key: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of list) counts[key(one)] = (counts[key(one)] ?? 0) + 1;
  return counts;
}
