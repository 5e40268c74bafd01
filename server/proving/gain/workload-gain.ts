import { kindOf } from "@/server/advisor";
import {
  type Candidate,
  type MeasuredEvidence,
  type QueryEvidence,
  rewritesOf,
} from "@/server/contracts";
import {
  BETWEEN_RUN_SD,
  comparePairs,
  excludesZero,
  SHARE_SD,
  weightedGain,
} from "@/server/statistics";
import { type CostModel, netGain, type WeighedInserts } from "./gain-arithmetic";
import { callTimeMs, type ResidualTime, type TimedQuery } from "./residual-time";

/** The workload as the proof knows it: what changes of it is measured, the rest counts as it is. */
export interface WorkloadModel {
  /** Replayed on the unchanged shadow. */
  replayed: readonly TimedQuery[];
  /** Of tables that no candidate changes, at their live times. */
  untouched: readonly Pick<TimedQuery, "calls" | "baselineMs">[];
  /** Those that weigh most first. */
  notReplayed: MeasuredEvidence["workload"]["not_replayed"];
  /** Share (0..1) of the observed workload's time that this speaks for. */
  coverage: number;
}

/** Samples of one query, ms; not counted: what differs is noise. */
export interface CountedPairs {
  before: readonly number[];
  after: readonly number[];
  isCounted: boolean;
}

/** Noise of queries that a change cannot be expected to touch would only blur what it does. */
export function isSurelyChanged({ before, after }: Omit<CountedPairs, "isCounted">): boolean {
  return excludesZero(comparePairs(before, after, { seed: 1, level: 0.99 }).gain);
}

/** Evidence of each change lists queries that were not replayed: of thousands, so many. */
const LISTED_MAX = 100;

/**
 * All queries of the workload, by fingerprint where they were measured; those the change does not
 * touch count with what they take without it.
 */
export function workloadEvidence(
  { replayed, untouched, notReplayed, coverage }: WorkloadModel,
  measured: ReadonlyMap<string, CountedPairs>,
  residual: ResidualTime,
  seed: number,
): MeasuredEvidence["workload"] {
  const queries = replayed.map((query) => {
    const pairs = measured.get(query.fingerprint);
    return {
      calls: query.calls,
      // Of one stretch of time for all queries: pairs of some are measured when the machine is faster.
      baselineMs: callTimeMs(query, residual),
      before: pairs?.isCounted ? pairs.before : [],
      after: pairs?.isCounted ? pairs.after : [],
    };
  });
  const unchanged = untouched.map((one) => ({ ...one, before: [], after: [] }));
  const all = [...queries, ...unchanged];
  const { baselineMs, candidateMs, gain } = weightedGain(all, {
    seed,
    betweenRunSd: BETWEEN_RUN_SD,
    shareSd: SHARE_SD,
  });
  return {
    baseline_ms: baselineMs,
    candidate_ms: candidateMs,
    gain,
    patterns: all.length,
    not_replayed: notReplayed.slice(0, LISTED_MAX),
    ...(notReplayed.length > LISTED_MAX ? { not_replayed_count: notReplayed.length } : {}),
    coverage,
  };
}

/** What evidence is made over again with. */
interface EvidenceContext {
  workload: WorkloadModel;
  costs: CostModel;
  inserts: readonly WeighedInserts[];
}

/** Evidence of a change that keeps only these queries' texts: the others run as without it. */
export function evidenceOfSome(
  { workload: model, costs, inserts }: EvidenceContext,
  evidence: MeasuredEvidence,
  kept: ReadonlySet<string>,
): MeasuredEvidence {
  const queries = evidence.queries.filter((query) => kept.has(query.fingerprint));
  const pairs = queries.map(({ fingerprint, baseline, candidate }) => {
    const samples = { before: baseline.samples_ms, after: candidate.samples_ms };
    return [fingerprint, { ...samples, isCounted: true }] as const;
  });
  const workload = workloadEvidence(model, new Map(pairs), new Map(), evidence.seed);
  return {
    ...evidence,
    workload,
    queries,
    net_gain: netGain(workload.gain.value, evidence.storage.overhead, inserts, costs),
    results_equal: queries.every((query) => query.results_equal),
  };
}

/**
 * A summary that several queries could read, with the texts of those alone that gained by it in the
 * measurement; null when that changes nothing, or leaves nothing.
 */
export function keepGainingTexts(
  candidate: Candidate,
  queries: readonly Pick<QueryEvidence, "fingerprint" | "gain">[],
): Candidate | null {
  const gained = new Set(
    queries.filter((query) => query.gain.low > 0).map((query) => query.fingerprint),
  );
  const change = kindOf(candidate.change).narrow(candidate.change, gained);
  if (change === null) return null;
  const targeted_fingerprints = rewritesOf(change).map((one) => one.fingerprint);
  return { ...candidate, change, targeted_fingerprints };
}
