import { type CandidateFeatures, candidateFeatures, type WorkloadQuery } from "@/server/advisor";
import type { Candidate, TableSchema } from "@/server/contracts";
import { readLines, writeLines } from "../json-lines";

/** One query measured with and without a change. */
export interface QueryGain {
  fingerprint: string;
  /** Median time without the change, ms. */
  baselineMs: number;
  /** 1 − after/before, median of interleaved pairs; negative is slower. */
  gain: number;
  pairs: number;
}

export interface MeasuredCandidate {
  candidate: Candidate;
  queries: QueryGain[];
}

/** Everything one generated product showed. */
export interface MeasuredFamily {
  index: number;
  family: string;
  tables: TableSchema[];
  queries: WorkloadQuery[];
  measured: MeasuredCandidate[];
}

/** A candidate with one or all of its queries, and the gain that was measured. */
export interface MeasuredExample {
  family: string;
  features: CandidateFeatures;
  gain: number;
  /** Queries measured: 1 for a view of one query. */
  queries: number;
}

/**
 * Every measured query by itself as if the candidate were for it alone, and, where there are
 * several, all of them together with their gains weighed by calls × latency.
 */
function toExamples({ family, tables, queries, measured }: MeasuredFamily) {
  return measured.flatMap(({ candidate, queries: gains }): MeasuredExample[] => {
    const view = (fingerprints: string[], gain: number): MeasuredExample => {
      const viewed = { ...candidate, targeted_fingerprints: fingerprints };
      const features = candidateFeatures(viewed, tables, queries);
      return { family, features, gain: rounded(gain), queries: fingerprints.length };
    };
    const singles = gains.map(({ fingerprint, gain }) => view([fingerprint], gain));
    if (gains.length < 2) return singles;
    const calls = (fingerprint: string): number =>
      queries.find(({ pattern }) => pattern.fingerprint === fingerprint)?.pattern.calls ?? 0;
    const weighed = gains.map((one) => ({
      ...one,
      weight: calls(one.fingerprint) * one.baselineMs,
    }));
    const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
    const mean = weighed.reduce((sum, { weight, gain }) => sum + (weight / total) * gain, 0);
    return [
      ...singles,
      view(
        gains.map(({ fingerprint }) => fingerprint),
        mean,
      ),
    ];
  });
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Keeps features and gains of the raw records; answers how many experiments there are. */
export async function condense(): Promise<number> {
  const families = await readLines<MeasuredFamily>(RAW_FILE);
  const examples = families.sort((a, b) => a.index - b.index).flatMap(toExamples);
  await writeLines(MEASURED_FILE, examples);
  return examples.filter(({ queries }) => queries === 1).length;
}

/** Raw records of the experiments, not kept. */
export const RAW_FILE = ".data/distill/experiments.jsonl";
/** What is kept of them: features and measured gains. */
export const MEASURED_FILE = "models/distill/teacher/measured.jsonl.gz";
/** How well the cost model foretells what it was not fitted on. */
export const REPORT_FILE = "models/distill/teacher/cost-model.json";
