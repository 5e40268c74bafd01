import { shownSql } from "@/server/advisor";
import type { MeasuredEvidence, QueryEvidence } from "@/server/contracts";
import { comparePairs, deriveSeed, summarizeLatencies } from "@/server/statistics";
import {
  isSurelyChanged,
  netGain,
  type ResidualTime,
  type WeighedInserts,
  workloadEvidence,
} from "../gain";
import { rewritesUnder } from "./affected";
import type { ResultCheck } from "./check-results";
import type { PairedSamples, PlanProfile, Replay } from "./replay";
import type { MeasuringRoom } from "./room";
import type { ShadowVariant } from "./variants";

export interface Measurements {
  samples: PairedSamples[];
  profiles: Map<Replay, PlanProfile>;
  check: ResultCheck;
  inserts: readonly WeighedInserts[];
  durationMs: number;
  /** What the other side leaves of the queries' unchanged times. */
  residual: ResidualTime;
}

/** What evidence says of the room it was measured in. */
type Known = Pick<MeasuringRoom, "threads" | "tables" | "baselineBytes" | "workload" | "costs"> & {
  input: Pick<MeasuringRoom["input"], "schema" | "seed">;
};

/** Storage added, 1 = doubled. */
export function storageOverhead(
  { baselineBytes }: Pick<MeasuringRoom, "baselineBytes">,
  { bytes }: Pick<ShadowVariant, "bytes">,
): number {
  return bytes / Math.max(1, baselineBytes) - 1;
}

/** Puts measurements into the shape that is stored and shown. */
export function buildEvidence(
  room: Known,
  variant: ShadowVariant,
  measured: Measurements,
): MeasuredEvidence {
  const { schema, seed } = room.input;
  const rewrites = rewritesUnder(variant.changes);
  const queries = measured.samples.map((one) => ({
    ...queryEvidence(seed, variant, measured, one),
    ...plansOf(variant, measured, one),
    ...rewritten(rewrites, one),
  }));
  const pairs = measured.samples.map((one) => {
    const isCounted = one.isRelated || isSurelyChanged(one);
    return [one.replay.query.pattern.fingerprint, { ...one, isCounted }] as const;
  });
  const workload = workloadEvidence(room.workload, new Map(pairs), measured.residual, seed);
  const overhead = storageOverhead(room, variant);
  return {
    basis: "measured",
    measured_at: new Date().toISOString(),
    duration_ms: measured.durationMs,
    seed,
    duckdb_version: schema.duckdb_version,
    threads: room.threads,
    data_version: schema.data_version,
    schema_fingerprint: schema.schema_fingerprint,
    sample: room.tables.map(({ table, exported }) => ({
      table: table.name,
      rows: exported.rows,
      rows_total: exported.rowsTotal,
      method: exported.method,
    })),
    workload,
    queries,
    storage: { baseline_bytes: room.baselineBytes, candidate_bytes: variant.bytes, overhead },
    build_ms: variant.buildMs,
    insert_cost: measured.inserts[0]?.cost ?? null,
    net_gain: netGain(workload.gain.value, overhead, measured.inserts, room.costs),
    results_equal: queries.every((query) => query.results_equal),
  };
}

function queryEvidence(
  seed: number,
  variant: ShadowVariant,
  { profiles, check }: Measurements,
  { replay, before, after }: PairedSamples,
): QueryEvidence {
  const { pattern } = replay.query;
  return {
    fingerprint: pattern.fingerprint,
    sql: shownSql(replay.query),
    ...writeKind(replay),
    calls: pattern.calls,
    is_targeted: variant.targeted.has(pattern.fingerprint),
    baseline: summarizeLatencies(before),
    candidate: summarizeLatencies(after),
    pairs: before.length,
    gain: comparePairs(before, after, { seed: deriveSeed(seed, pattern.fingerprint) }).gain,
    gain_99: comparePairs(before, after, { seed: 1, level: 0.99 }).gain,
    rows_scanned: {
      baseline: replay.baselineProfile.rowsScanned,
      candidate: (profiles.get(replay) ?? replay.baselineProfile).rowsScanned,
    },
    results_equal: !check.differing.has(replay),
  };
}

/** Both plans of a query that the changes are meant for, or that surely became faster or slower. */
function plansOf(
  variant: ShadowVariant,
  { profiles }: Measurements,
  one: PairedSamples,
): Pick<QueryEvidence, "plans"> {
  const { replay } = one;
  const isTold = variant.targeted.has(replay.query.pattern.fingerprint) || isSurelyChanged(one);
  const candidate = profiles.get(replay)?.plan;
  if (!isTold || candidate === undefined) return {};
  return { plans: { baseline: replay.baselineProfile.plan, candidate } };
}

function writeKind({ query }: Replay): Pick<QueryEvidence, "kind"> {
  const { kind } = query.shape;
  return kind === "insert" || kind === "update" || kind === "delete" ? { kind } : {};
}

/** The text that took the query's place, where one did. */
function rewritten(rewrites: ReadonlyMap<string, string>, { replay }: PairedSamples) {
  const sql = rewrites.get(replay.query.pattern.fingerprint);
  return sql === undefined ? {} : { rewritten_sql: sql };
}
