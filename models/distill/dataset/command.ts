import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { readLines, writeLines } from "../json-lines";
import { MEASURED_FILE } from "../teacher/files";
import type { MeasuredExample } from "../teacher/measured-examples";
import { buildDataset } from "./build-dataset";
import type { Example, Split } from "./example";
import { summarizeDataset } from "./summarize";

/** Changing it changes every example and split. */
const SEED = 20_260_402;
const SPLITS: readonly Split[] = ["train", "validation", "test"];

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
