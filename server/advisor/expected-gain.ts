import type { Candidate } from "@/server/contracts";
import type { WorkloadQuery } from "./workload-query";
import { measureUsage } from "./workload-query";

/**
 * What the rules expect of a candidate before anything is measured: chance that it pays × gain of
 * its queries × their share of the workload's time (of its calls while no latency is known), 0..1.
 */
export function expectedGain(candidate: Candidate, queries: readonly WorkloadQuery[]): number {
  const targeted = new Set(candidate.targeted_fingerprints);
  const those = queries.filter((query) => targeted.has(query.pattern.fingerprint));
  return candidate.prior * candidate.estimated_gain * measureUsage(queries, those).timeShare;
}

/** The most promising first, ties by id: the same candidates, the same order. */
export function byExpectedGain(
  candidates: readonly Candidate[],
  queries: readonly WorkloadQuery[],
): Candidate[] {
  const scored = candidates.map((candidate) => ({
    candidate,
    score: expectedGain(candidate, queries),
  }));
  scored.sort(
    (a, b) => b.score - a.score || (a.candidate.candidate_id < b.candidate.candidate_id ? -1 : 1),
  );
  return scored.map(({ candidate }) => candidate);
}

/** Rules without a measurement never claim more than this; a model's chances are calibrated. */
const CONFIDENCE_MAX = 0.6;

/**
 * Confidence of an answer given without data: the mean chance that its candidates pay, weighted by
 * their expected gain (a larger one must be more certain), at most 0.6 where the rules
 * estimated; 0 for no candidates.
 */
export function describeEstimate(candidates: Candidate[]): { confidence: number } {
  const weight = candidates.reduce((sum, each) => sum + each.estimated_gain, 0);
  if (weight === 0) return { confidence: 0 };
  const chance =
    candidates.reduce((sum, each) => sum + each.prior * each.estimated_gain, 0) / weight;
  const isByModel = candidates.every((each) => each.estimated_by !== undefined);
  const claimed = isByModel ? chance : Math.min(CONFIDENCE_MAX, chance);
  return { confidence: Math.round(claimed * 100) / 100 };
}
