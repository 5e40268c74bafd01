import { type CandidateFeatures, candidateFeatures } from "@/server/advisor";
import type { MeasuredFamily } from "./types";

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
export function toExamples({ family, tables, queries, measured }: MeasuredFamily) {
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
