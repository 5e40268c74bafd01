import { createShapeParser } from "@/server/workload";
import { Rng } from "../random";
import { fitCostModel } from "../teacher/cost-model/cost-model";
import type { MeasuredExample } from "../teacher/measured-examples";
import { drawAdversarial } from "./adversarial-examples";
import { candidateExamples, priorExample } from "./candidate-examples";
import type { Example, Split } from "./example";
import { measuredShares } from "./measured-shares";
import { drawOpinion } from "./opinion-examples";
import { Collection } from "./quotas";
import { splitExamples } from "./split-examples";

export interface DatasetOptions {
  seed: number;
  /** Part of the full counts, 0..1. */
  scale: number;
  measured: readonly MeasuredExample[];
}

/** Draws after which an unmet quota is left unmet. */
const PRODUCTS_MAX = 4000;
const DRAWS_MAX = 200_000;

/** Business domain of a measured family, `domain/table`. */
const domainOf = (family: string): string => family.split("/")[0] ?? family;

/** All examples by split. The same options give the same data. */
export async function buildDataset(options: DatasetOptions): Promise<Record<Split, Example[]>> {
  const { seed, scale, measured } = options;
  const splits = splitExamples(seed);
  const splitOf = (family: string): Split => splits.get(family) ?? "train";
  const collection = new Collection(scale);
  for (const { family, features, gain } of measured) {
    collection.add(priorExample(features, measuredShares(gain), domainOf(family)));
  }
  await addCandidates(collection, options, splitOf);
  const rng = new Rng(seed, "coordination");
  for (let draw = 0; draw < DRAWS_MAX && !collection.has(["opinion"]); draw++) {
    collection.add(drawOpinion(rng, splitOf));
  }
  for (let draw = 0; draw < DRAWS_MAX && !collection.has(["adversarial"]); draw++) {
    collection.add(drawAdversarial(rng, splitOf));
  }
  const shuffled = new Rng(seed, "order").shuffle(collection.examples);
  const of = (split: Split) => shuffled.filter(({ family }) => splitOf(family) === split);
  return { train: of("train"), validation: of("validation"), test: of("test") };
}

async function addCandidates(
  collection: Collection,
  { seed, measured }: DatasetOptions,
  splitOf: (family: string) => Split,
): Promise<void> {
  // What the test asks about was not seen by the model that labels the rest.
  const seen = measured.filter(({ family }) => splitOf(domainOf(family)) !== "test");
  const model = fitCostModel(seen, seed);
  const parser = await createShapeParser();
  try {
    const tasks = ["prior", "confidence"] as const;
    for (let index = 0; index < PRODUCTS_MAX && !collection.has(tasks); index++) {
      const examples = await candidateExamples(parser, model, { seed, index });
      for (const example of examples) collection.add(example);
      if (index % 100 === 99)
        console.log(`${index + 1} products, ${collection.examples.length} examples`);
    }
  } finally {
    parser.close();
  }
}
