import { type CandidateFeatures, candidateFeatures } from "@/server/advisor";
import type { QueryEvidence, TrainingExample } from "@/server/contracts";
import { confidence, gainBucket, prior } from "@/server/inference";
import { shortHash } from "@/server/platform";
import type { Subject } from "./subject";
import { type Words, weightOf } from "./weigh-words";
import { proposedBlindly } from "./without-statistics";

/** What came of it: its queries' gains, by proof or on the live workload. */
interface Outcome {
  gains: readonly Pick<QueryEvidence, "calls" | "baseline" | "gain">[];
  isLive: boolean;
  words: Words;
}

/** From this measured gain on a change pays: the product's own threshold. */
const PAYS_GAIN_MIN = 0.1;

/**
 * What a measured candidate gained, as questions and their answers: the bucket of its gain (prior,
 * asked with statistics), and whether it pays (confidence, asked without any, where the rules
 * would propose it then too). Answers are what was measured, with certainty; feedback only weighs
 * them. Prompts hold kinds, types and bucketed counts, those of confidence the names of table and
 * column too: no value of anybody's data. None where no targeted query was measured.
 */
export function outcomeExamples(subject: Subject, outcome: Outcome): TrainingExample[] {
  const gain = meanGain(outcome.gains);
  if (gain === null) return [];
  const told = {
    ...{ basis: outcome.isLive ? ("live" as const) : ("proof" as const) },
    ...{ weight: weightOf(outcome), chance: 1 },
  };
  const features = candidateFeatures(subject.candidate, subject.tables, subject.queries);
  const blind = proposedBlindly(subject);
  return [
    priorExample(subject, features, gainBucket(gain), told),
    ...(blind === null ? [] : [confidenceExample(subject, blind, gain > PAYS_GAIN_MIN, told)]),
  ];
}

/** Mean gain of the queries, each weighed by its time; null where none took any. */
function meanGain(gains: Outcome["gains"]): number | null {
  const weights = gains.map(({ calls, baseline }) => calls * baseline.median_ms);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return null;
  return gains.reduce((sum, one, at) => sum + ((weights[at] ?? 0) / total) * one.gain.value, 0);
}

/**
 * What people thought of a candidate that could not be measured: the only word there is on whether
 * it pays. The prompt holds the names of its table and column.
 */
export function reviewExample(
  subject: Subject,
  judged: { pays: boolean; chance: number },
): TrainingExample {
  const features = candidateFeatures(subject.candidate, subject.tables, subject.queries);
  const told = { basis: "people" as const, weight: 1, chance: judged.chance };
  return confidenceExample(subject, features, judged.pays, told);
}

type Told = Pick<TrainingExample, "basis" | "weight"> & { chance: number };

function priorExample(
  subject: Subject,
  features: CandidateFeatures,
  bucket: number,
  { basis, weight }: Told,
): TrainingExample {
  return example(subject, prior.name, prior.prompt(features), {
    ...{ rules: prior.byRules(features), before: '{"gain":', value: String(bucket), after: "}" },
    ...{ choices: { [bucket]: 1 }, basis, weight },
  });
}

function confidenceExample(
  subject: Subject,
  features: CandidateFeatures,
  pays: boolean,
  { basis, weight, chance }: Told,
): TrainingExample {
  const [value, other] = pays ? ["yes", "no"] : ["no", "yes"];
  return example(subject, confidence.name, confidence.prompt(features), {
    ...{ rules: confidence.byRules(features), before: '{"pays":"', value, after: '"}' },
    ...{ choices: chance === 1 ? { [value]: 1 } : { [value]: chance, [other]: 1 - chance } },
    ...{ basis, weight },
  });
}

function example(
  { family, candidate }: Subject,
  task: string,
  prompt: string,
  told: Pick<TrainingExample, "rules" | "basis" | "weight"> & {
    before: string;
    value: string;
    after: string;
    choices: Record<string, number>;
  },
): TrainingExample {
  return {
    id: shortHash(`${task} ${prompt}`),
    ...{ task, family, prompt, rules: told.rules },
    answer: told.before + told.value + told.after,
    soft: [{ at: told.before.length, choices: told.choices }],
    group: shortHash(`${family} ${candidate.candidate_id}`),
    ...{ basis: told.basis, weight: told.weight },
  };
}
