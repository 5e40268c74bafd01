import { mkdirSync } from "node:fs";
import path from "node:path";
import { readExamples } from "../evaluate/example";
import { writeLines } from "../json-lines";
import { mixReplay, mixValidation, takeReplay } from "./mix-replay";
import type { SplitSet } from "./split-groups";

const VALIDATION_MAX = 1500;

/**
 * Writes a data set's folder for the trainer: `replay` examples of the base set's training split
 * and the own ones among them, validation alike; its test split is the base's, for the trainer
 * wants one and learns nothing from it.
 */
export async function prepareData(
  own: SplitSet,
  { base, replay, folder }: { base: string; replay: number; folder: string },
): Promise<void> {
  const read = (split: string) => readExamples(path.join(base, `${split}.jsonl.gz`));
  mkdirSync(folder, { recursive: true });
  const write = (split: string, examples: readonly unknown[]) =>
    writeLines(path.join(folder, `${split}.jsonl.gz`), examples);
  await write("train", mixReplay(own.train, takeReplay(read("train"), replay)));
  const held = takeReplay(read("validation"), VALIDATION_MAX);
  await write("validation", mixValidation(own.validation, held));
  await write("test", takeReplay(read("test"), VALIDATION_MAX));
}
