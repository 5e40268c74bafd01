import type { CandidateFeatures } from "@/server/advisor";
import { gainBucket } from "@/server/inference/tasks";
import type { MeasuredExample } from "../measured-examples";
import { encodeFeatures } from "./encode";
import { growForest } from "./forest";

export interface CostModel {
  /** Probability of each gain bucket, by its number; they sum to 1. */
  predict(features: CandidateFeatures): Record<string, number>;
}

/** Fits the forest on measured examples. The same examples and seed give the same model. */
export function fitCostModel(examples: readonly MeasuredExample[], seed: number): CostModel {
  const forest = growForest(
    examples.map(({ features }) => encodeFeatures(features)),
    examples.map(({ gain }) => gainBucket(gain)),
    seed,
  );
  return {
    predict(features) {
      const shares = forest.predict(encodeFeatures(features));
      return Object.fromEntries(shares.map((share, bucket) => [bucket, share]));
    },
  };
}
