import { type ProvedCandidate, type QueryEvidence, rewritesOf } from "@/server/contracts";
import type { Advice } from "../advise";

/** What ten (say) advising runs over the same data have in common. */
export interface RepeatedRuns {
  runs: number;
  /** Different sets of accepted changes; 1: every run gave the same advice. */
  different_sets: number;
  /** Runs that gave the most frequent set. */
  same: number;
  /** Accepted changes of every run: ids, with the fingerprints of the queries they rewrite. */
  accepted: string[][];
  /** Changes that some runs accepted and others did not, by id: how many accepted. */
  undecided: Record<string, number>;
  /** Candidates that a run had no time for, the most of any run. */
  not_tried_max: number;
  seconds_max: number;
  /**
   * Standard deviation between runs, beyond the noise within each, of log(time after ÷ before) of a
   * targeted query under the same change; null where nothing was measured twice.
   */
  replication_sd: number | null;
}

/** Half the width of a normal 95 % interval, in standard deviations. */
const Z95 = 1.96;

export function compareRuns(advices: readonly Advice[]): RepeatedRuns {
  const accepted = advices.map(acceptedChanges);
  const counts = new Map<string, number>();
  for (const ids of accepted) {
    const key = ids.join(" ");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return {
    runs: advices.length,
    different_sets: counts.size,
    same: Math.max(...counts.values()),
    accepted,
    undecided: undecidedOf(accepted),
    not_tried_max: Math.max(...advices.map(countNotReached)),
    seconds_max: Math.max(...advices.map(({ elapsedMs }) => elapsedMs / 1000)),
    replication_sd: replicationSd(advices),
  };
}

/** A summary keeps its id whichever of its texts it keeps: they are part of the advice. */
function acceptedChanges({ proof }: Advice): string[] {
  const named = proof.accepted.map(({ candidate: { candidate_id: id, change } }) => {
    const texts = rewritesOf(change).map((one) => one.fingerprint);
    return texts.length > 0 ? `${id}=${texts.sort().join("+")}` : id;
  });
  return named.sort();
}

function undecidedOf(accepted: readonly string[][]): Record<string, number> {
  const ids = [...new Set(accepted.flat())].sort();
  const counted = ids.map((id) => [id, accepted.filter((one) => one.includes(id)).length] as const);
  return Object.fromEntries(counted.filter(([, count]) => count < accepted.length));
}

/** All that a run proved or left out, what it accepted first. */
export const provedOf = ({ proof }: Advice): ProvedCandidate[] => [
  ...proof.accepted,
  ...proof.alternatives,
];

function countNotReached(advice: Advice): number {
  return provedOf(advice).filter(({ verdict }) => verdict.code === "not_reached").length;
}

/**
 * Square root of the mean variance between runs less the mean variance within them (one-way random
 * effects: Searle, Casella and McCulloch, Variance Components, 1992), over every targeted query
 * under every candidate that at least two runs measured alone.
 */
function replicationSd(advices: readonly Advice[]): number | null {
  const groups = new Map<string, QueryEvidence[]>();
  for (const { candidate, evidence } of advices.flatMap(provedOf)) {
    if (evidence?.basis !== "measured") continue;
    for (const query of evidence.queries.filter((one) => one.is_targeted)) {
      const key = `${candidate.candidate_id} ${query.fingerprint}`;
      groups.set(key, [...(groups.get(key) ?? []), query]);
    }
  }
  const repeated = [...groups.values()].filter((queries) => queries.length > 1);
  if (repeated.length === 0) return null;
  const excess = repeated.map((queries) => {
    const within = queries.map((query) => (width(query) / (2 * Z95)) ** 2);
    return variance(queries.map(({ gain }) => left(gain.value))) - mean(within);
  });
  return Math.sqrt(Math.max(0, mean(excess)));
}

/** Log of the time that is left. */
const left = (gain: number): number => Math.log(Math.max(1e-6, 1 - gain));
const width = ({ gain }: QueryEvidence): number => left(gain.low) - left(gain.high);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}
