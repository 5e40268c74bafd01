import { mkdirSync } from "node:fs";
import path from "node:path";
import type { TrainingExample } from "@/server/contracts";
import { choicePoints, type Example, readExamples, takeEvenly } from "../evaluate/examples";
import { writeLines } from "../json-lines";
import type { SplitSet } from "./training-set";

/** What is learnt from: an example without weight counts once. */
export type Weighed = Example & { weight?: number };

/** Of all that is read in an epoch, what happened here has this share: the rest keeps the old. */
const OWN_SHARE = 0.25;
/** Examples read more often than this in an epoch, on average, are learnt by heart. */
const REPEATS_MAX = 8;

/**
 * Examples of this place among replayed ones of the generated set (experience replay against
 * catastrophic forgetting: Robins 1995). Their own weights keep their proportions; together they
 * have a quarter of an epoch, unless they would be read more than eight times on average.
 */
export function mixReplay(own: readonly TrainingExample[], replay: readonly Example[]): Weighed[] {
  const factor = Math.min(shareFactor(own, replay), (REPEATS_MAX * own.length) / massOf(own));
  return [...replay, ...own.map((one) => ({ ...one, weight: factor * one.weight }))];
}

const massOf = (own: readonly TrainingExample[]): number =>
  own.reduce((sum, { weight }) => sum + weight, 0);

/** What the own weights are to be multiplied by for their share of all. */
function shareFactor(own: readonly TrainingExample[], others: readonly Example[]): number {
  return (OWN_SHARE / (1 - OWN_SHARE)) * (others.length / massOf(own));
}

/**
 * A quarter of own examples among held-out ones for validation, by copies: nothing is drawn there,
 * and nothing learnt by heart. Least loss on both decides which weights are kept.
 */
export function mixValidation(
  own: readonly TrainingExample[],
  held: readonly Example[],
): Example[] {
  const factor = shareFactor(own, held);
  const copies = own.flatMap(({ weight, ...example }) =>
    Array.from({ length: Math.max(1, Math.round(factor * weight)) }, (_, copy) => ({
      ...example,
      id: copy === 0 ? example.id : `${example.id}-${copy}`,
    })),
  );
  return [...held, ...copies];
}

/** About `count` examples evenly from all, and one more of every value that would be missing. */
export function takeReplay(all: readonly Example[], count: number): Example[] {
  const taken = takeEvenly(all, count);
  const seen = new Set(taken.flatMap(valuesOf));
  const missing = all.filter((example) => {
    const fresh = valuesOf(example).filter((value) => !seen.has(value));
    for (const value of fresh) seen.add(value);
    return fresh.length > 0;
  });
  return [...taken, ...missing];
}

function valuesOf(example: Example): string[] {
  return choicePoints(example).flatMap(({ field, value }, at) =>
    [value, ...Object.keys(example.soft[at]?.choices ?? {})].map((one) => `${field} ${one}`),
  );
}

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
