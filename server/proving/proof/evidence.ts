import type { MeasuredEvidence, QueryEvidence } from "@/server/contracts";
import {
  BETWEEN_RUN_SD,
  comparePairs,
  deriveSeed,
  excludesZero,
  median,
  summarizeLatencies,
  weightedGain,
} from "@/server/statistics";
import type { PairedSamples, Replay } from "../replay";
import { rewritesUnder } from "./affected";
import type { ResultCheck } from "./check-results";
import { type Left, timeOfCall } from "./left-time";
import type { WeighedInserts } from "./measure-inserts";
import { netGain } from "./net-gain";
import type { Proof } from "./open-proof";
import type { Subject } from "./subject";

export interface Measurements {
  samples: PairedSamples[];
  scanned: Map<Replay, number>;
  check: ResultCheck;
  inserts: WeighedInserts[];
  durationMs: number;
  /** What the other side leaves of the queries' unchanged times. */
  left: Left;
}

const WITHOUT_TIME =
  "it reads no table that a change touches, and the product has not seen it, so its time is not known and not part of the workload's";

/** Storage added, 1 = doubled. */
export function storageOverhead({ baselineBytes }: Proof, { bytes }: Subject): number {
  return bytes / Math.max(1, baselineBytes) - 1;
}

/** Puts measurements into the shape that is stored and shown. */
export function buildEvidence(
  proof: Proof,
  subject: Subject,
  measured: Measurements,
): MeasuredEvidence {
  const { schema, seed } = proof.input;
  const rewrites = rewritesUnder(subject);
  const queries = measured.samples.map((one) => ({
    ...queryEvidence(proof, subject, measured, one),
    ...rewritten(rewrites, one),
  }));
  const pairs = measured.samples.map((one) => {
    const isCounted = one.isRelated || isSurelyChanged(one);
    return [one.replay.query.pattern.fingerprint, { ...one, isCounted }] as const;
  });
  const workload = workloadEvidence(proof, new Map(pairs), measured.left);
  const overhead = storageOverhead(proof, subject);
  return {
    basis: "measured",
    measured_at: new Date().toISOString(),
    duration_ms: measured.durationMs,
    seed,
    duckdb_version: schema.duckdb_version,
    threads: proof.threads,
    data_version: schema.data_version,
    schema_fingerprint: schema.schema_fingerprint,
    sample: proof.tables.map(({ table, exported }) => ({
      table: table.name,
      rows: exported.rows,
      rows_total: exported.rowsTotal,
      method: exported.method,
    })),
    workload,
    queries,
    storage: {
      baseline_bytes: proof.baselineBytes,
      candidate_bytes: subject.bytes,
      overhead,
    },
    build_ms: subject.buildMs,
    insert_cost: measured.inserts[0]?.cost ?? null,
    net_gain: netGain(workload.gain.value, overhead, measured.inserts, proof.input.weights),
    results_equal: queries.every((query) => query.results_equal),
  };
}

/** Evidence of a change that keeps only these queries' texts: the others run as without it. */
export function evidenceOfSome(
  proof: Proof,
  evidence: MeasuredEvidence,
  kept: ReadonlySet<string>,
  inserts: WeighedInserts[],
): MeasuredEvidence {
  const queries = evidence.queries.filter((query) => kept.has(query.fingerprint));
  const pairs = queries.map(({ fingerprint, baseline, candidate }) => {
    const samples = { before: baseline.samples_ms, after: candidate.samples_ms };
    return [fingerprint, { ...samples, isCounted: true }] as const;
  });
  const workload = workloadEvidence(proof, new Map(pairs), new Map());
  const { overhead } = evidence.storage;
  return {
    ...evidence,
    workload,
    queries,
    net_gain: netGain(workload.gain.value, overhead, inserts, proof.input.weights),
    results_equal: queries.every((query) => query.results_equal),
  };
}

function queryEvidence(
  proof: Proof,
  subject: Subject,
  { scanned, check }: Measurements,
  { replay, before, after }: PairedSamples,
): QueryEvidence {
  const { pattern } = replay.query;
  const seed = deriveSeed(proof.input.seed, pattern.fingerprint);
  return {
    fingerprint: pattern.fingerprint,
    sql: pattern.sql,
    calls: pattern.calls,
    is_targeted: subject.targeted.has(pattern.fingerprint),
    baseline: summarizeLatencies(before),
    candidate: summarizeLatencies(after),
    pairs: before.length,
    gain: comparePairs(before, after, { seed }).gain,
    rows_scanned: {
      baseline: replay.baselineRowsScanned,
      candidate: scanned.get(replay) ?? replay.baselineRowsScanned,
    },
    results_equal: !check.differing.has(replay),
  };
}

/** The text that took the query's place, where one did. */
function rewritten(rewrites: ReadonlyMap<string, string>, { replay }: PairedSamples) {
  const sql = rewrites.get(replay.query.pattern.fingerprint);
  return sql === undefined ? {} : { rewritten_sql: sql };
}

/** Noise of queries that a change cannot be expected to touch would only blur what it does. */
function isSurelyChanged({ before, after }: PairedSamples): boolean {
  return excludesZero(comparePairs(before, after, { seed: 1, level: 0.99 }).gain);
}

/** Samples of one query, ms; not counted: what differs is noise. */
interface CountedPairs {
  before: readonly number[];
  after: readonly number[];
  isCounted: boolean;
}

/**
 * All replayable queries, by fingerprint where they were measured; those the change does not touch
 * count with what they take without it.
 */
function workloadEvidence(
  proof: Proof,
  measured: ReadonlyMap<string, CountedPairs>,
  left: Left,
): MeasuredEvidence["workload"] {
  const queries = proof.replays.map((replay) => {
    const { calls, fingerprint } = replay.query.pattern;
    const pairs = measured.get(fingerprint);
    return {
      calls,
      baselineMs: pairs ? median(pairs.before) : timeOfCall(replay, left),
      before: pairs?.isCounted ? pairs.before : [],
      after: pairs?.isCounted ? pairs.after : [],
    };
  });
  // A request may bring a query that the product has not seen: it weighs nothing, and it is said.
  const withoutTime = proof.untouched
    .filter(({ pattern }) => pattern.median_ms === 0)
    .map((query) => ({ query, why: WITHOUT_TIME }));
  const timed = proof.untouched.filter(({ pattern }) => pattern.median_ms > 0);
  const untouched = timed.map(({ pattern }) => ({
    calls: pattern.calls,
    baselineMs: pattern.median_ms,
    before: [],
    after: [],
  }));
  const all = [...queries, ...untouched];
  const { baselineMs, candidateMs, gain } = weightedGain(all, {
    seed: proof.input.seed,
    betweenRunSd: BETWEEN_RUN_SD,
  });
  return {
    baseline_ms: baselineMs,
    candidate_ms: candidateMs,
    gain,
    patterns: all.length,
    not_replayed: [...proof.notReplayed, ...withoutTime].map(({ query, why }) => ({
      fingerprint: query.pattern.fingerprint,
      sql: query.pattern.sql,
      why,
    })),
  };
}
