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
