import type { Candidate } from "@/server/contracts";
import type { WorkloadQuery } from "./types";
import { measureUsage } from "./usage";

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
