import {
  type CandidateFeatures,
  candidateFeatures,
  kindOf,
  proposeCandidates,
  type WorkloadQuery,
} from "@/server/advisor";
import type {
  Candidate,
  Change,
  QueryEvidence,
  TableSchema,
  TrainingExample,
} from "@/server/contracts";
import { confidence, gainBucket, prior } from "@/server/inference";
import { shortHash } from "@/server/platform";
import { type Votes, weightOf } from "./weigh-feedback";

/** A candidate of a suggestion with what was known of it. */
export interface Subject {
  family: string;
  candidate: Candidate;
  tables: readonly TableSchema[];
  queries: readonly WorkloadQuery[];
}

/**
 * Today's tables as they were before the change: where it was executed, its own index or type would
 * answer the question that is asked about it.
 */
export function withoutChange(tables: readonly TableSchema[], change: Change): TableSchema[] {
  return tables.map((table) =>
    table.name === change.table ? kindOf(change).schemaBefore(change, table) : table,
  );
}

/** What came of it: its queries' gains, by proof or on the live workload. */
interface Outcome {
  gains: readonly Pick<QueryEvidence, "calls" | "baseline" | "gain">[];
  isLive: boolean;
  votes: Votes;
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
  const label = {
    ...{ basis: outcome.isLive ? ("live" as const) : ("proof" as const) },
    ...{ weight: weightOf(outcome), chance: 1 },
  };
  const features = candidateFeatures(subject.candidate, subject.tables, subject.queries);
  const unmeasured = featuresWithoutStatistics(subject);
  return [
    priorExample(subject, features, gainBucket(gain), label),
    ...(unmeasured === null
      ? []
      : [confidenceExample(subject, unmeasured, gain > PAYS_GAIN_MIN, label)]),
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
  const label = { basis: "people" as const, weight: 1, chance: judged.chance };
  return confidenceExample(subject, features, judged.pays, label);
}

type Label = Pick<TrainingExample, "basis" | "weight"> & { chance: number };

function priorExample(
  subject: Subject,
  features: CandidateFeatures,
  bucket: number,
  { basis, weight }: Label,
): TrainingExample {
  return example(subject, prior.name, prior.prompt(features), {
    ...{
      rules: prior.ruleFallback(features),
      before: '{"gain":',
      value: String(bucket),
      after: "}",
    },
    ...{ choices: { [bucket]: 1 }, basis, weight },
  });
}

function confidenceExample(
  subject: Subject,
  features: CandidateFeatures,
  pays: boolean,
  { basis, weight, chance }: Label,
): TrainingExample {
  const [value, other] = pays ? ["yes", "no"] : ["no", "yes"];
  return example(subject, confidence.name, confidence.prompt(features), {
    ...{ rules: confidence.ruleFallback(features), before: '{"pays":"', value, after: '"}' },
    ...{ choices: chance === 1 ? { [value]: 1 } : { [value]: chance, [other]: 1 - chance } },
    ...{ basis, weight },
  });
}

function example(
  { family, candidate }: Subject,
  task: string,
  prompt: string,
  label: Pick<TrainingExample, "rules" | "basis" | "weight"> & {
    before: string;
    value: string;
    after: string;
    choices: Record<string, number>;
  },
): TrainingExample {
  return {
    id: shortHash(`${task} ${prompt}`),
    ...{ task, family, prompt, rules: label.rules },
    answer: label.before + label.value + label.after,
    soft: [{ at: label.before.length, choices: label.choices }],
    group: shortHash(`${family} ${candidate.candidate_id}`),
    ...{ basis: label.basis, weight: label.weight },
  };
}

/**
 * A measured candidate as it looks to one who knows names, types and queries alone: what is asked
 * of an analysis from a request's context. null where the rules would not propose it then.
 */
function featuresWithoutStatistics(subject: Subject): CandidateFeatures | null {
  const tables = subject.tables.map(withoutStatistics);
  const queries = subject.queries.map(({ pattern, ...rest }) => ({
    ...rest,
    pattern: { ...pattern, mean_ms: 0, median_ms: 0, p95_ms: 0, parameter_samples: [] },
  }));
  const { candidates } = proposeCandidates({ tables, queries });
  const same = candidates.find(({ candidate_id: id }) => id === subject.candidate.candidate_id);
  return same === undefined ? null : candidateFeatures(same, tables, queries);
}

function withoutStatistics(table: TableSchema): TableSchema {
  return {
    ...table,
    row_count: 0,
    estimated_bytes: 0,
    columns: table.columns.map((column) => ({ ...column, statistics: null })),
  };
}
