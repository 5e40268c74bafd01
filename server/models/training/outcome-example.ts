import { createHash } from "node:crypto";
import { candidateFeatures, type WorkloadQuery } from "@/server/advisor";
import type { Candidate, QueryEvidence, TableSchema } from "@/server/contracts";
import { confidence, gainBucket, prior } from "@/server/inference";

/** A line of a training set, as `npm run distill` reads them (models/distill). */
export interface TrainingExample {
  id: string;
  task: string;
  family: string;
  prompt: string;
  answer: string;
  soft: { at: number; choices: Record<string, number> }[];
  rules: string;
}

/** A candidate with what came of it: its queries' gains, by proof or on the live workload. */
export interface Outcome {
  family: string;
  candidate: Candidate;
  tables: readonly TableSchema[];
  queries: readonly WorkloadQuery[];
  gains: readonly Pick<QueryEvidence, "calls" | "baseline" | "gain">[];
}

/**
 * What a measured candidate gained, as a question and its answer. Prompts hold kinds, types and
 * bucketed counts: no value of anybody's data. null where no targeted query was measured.
 */
export function outcomeExample(outcome: Outcome): TrainingExample | null {
  const weights = outcome.gains.map(({ calls, baseline }) => calls * baseline.median_ms);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return null;
  const gain = outcome.gains.reduce(
    (sum, one, at) => sum + ((weights[at] ?? 0) / total) * one.gain.value,
    0,
  );
  const bucket = gainBucket(gain);
  const features = candidateFeatures(outcome.candidate, outcome.tables, outcome.queries);
  return example(outcome.family, prior, prior.prompt(features), {
    rules: prior.byRules(features),
    before: '{"gain":',
    choice: String(bucket),
    after: "}",
  });
}

/**
 * What a reviewer thought of a candidate that could not be measured: the only word there is on
 * whether it pays. The prompt holds the names of its table and column.
 */
export function reviewExample(
  outcome: Omit<Outcome, "gains">,
  isApproved: boolean,
): TrainingExample {
  const features = candidateFeatures(outcome.candidate, outcome.tables, outcome.queries);
  return example(outcome.family, confidence, confidence.prompt(features), {
    rules: confidence.byRules(features),
    before: '{"pays":"',
    choice: isApproved ? "yes" : "no",
    after: '"}',
  });
}

function example(
  family: string,
  task: { name: string },
  prompt: string,
  told: { rules: string; before: string; choice: string; after: string },
): TrainingExample {
  return {
    id: createHash("sha256").update(`${task.name} ${prompt}`).digest("hex").slice(0, 16),
    ...{ task: task.name, family, prompt, rules: told.rules },
    answer: told.before + told.choice + told.after,
    soft: [{ at: told.before.length, choices: { [told.choice]: 1 } }],
  };
}
