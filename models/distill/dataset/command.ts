import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { readLines, writeLines } from "../json-lines";
import { MEASURED_FILE, type MeasuredExample } from "../teacher/measured-examples";
import { buildDataset, groupOf } from "./build-dataset";
import type { Example, Split } from "./example";

/** Changing it changes every example and split. */
const SEED = 20_260_402;

/** `dataset --out DIR [--scale 1]`: writes train, validation and test, and README.json about them. */
export async function dataset(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { out: { type: "string" }, scale: { type: "string", default: "1" } },
  });
  const folder = values.out ?? ".data/distill/dataset";
  const measured = await readLines<MeasuredExample>(MEASURED_FILE);
  const data = await buildDataset({ seed: SEED, scale: Number(values.scale), measured });
  await mkdir(folder, { recursive: true });
  for (const split of SPLITS) await writeLines(path.join(folder, `${split}.jsonl.gz`), data[split]);
  const tasks = summarizeDataset(data);
  await writeFile(path.join(folder, "README.json"), `${JSON.stringify({ tasks }, null, 2)}\n`);
  print(data);
}

/** `check --out DIR`: counts, labels, majority class and the rules' accuracy of a written data set. */
export async function check(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { out: { type: "string" } } });
  const folder = values.out ?? ".data/distill/dataset";
  const read = (split: Split) => readLines<Example>(path.join(folder, `${split}.jsonl.gz`));
  const data = {
    ...{ train: await read("train"), validation: await read("validation") },
    test: await read("test"),
  };
  print(data);
}

function print(data: Record<Split, Example[]>): void {
  for (const one of summarizeDataset(data)) {
    console.log(
      `${one.group} ${one.task}: train ${one.counts.train}, validation ${one.counts.validation}, test ${one.counts.test}; families ${one.families.train}/${one.families.validation}/${one.families.test}; majority ${one.majority}, rules ${one.rules}`,
    );
    console.log(`  ${JSON.stringify(one.labels)}`);
  }
}

interface TaskSummary {
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
function summarizeDataset(data: Record<Split, Example[]>): TaskSummary[] {
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
