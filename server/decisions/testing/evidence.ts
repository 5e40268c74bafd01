import type { Interval, MeasuredEvidence, QueryEvidence } from "@/server/contracts";

/** A measured query with the given gain: 100 ms before, made-up samples around both medians. */
export function queryEvidenceOf(
  fingerprint: string,
  gain: number,
  change: Partial<QueryEvidence> = {},
): QueryEvidence {
  const side = (centre: number) => {
    const samples = Array.from({ length: 12 }, (_, n) => centre * (0.94 + ((n * 5) % 12) / 100));
    return { samples_ms: samples, median_ms: centre, p95_ms: centre * 1.05 };
  };
  return {
    fingerprint,
    sql: `SELECT ${fingerprint}`,
    calls: 100,
    is_targeted: true,
    baseline: side(100),
    candidate: side(100 * (1 - gain)),
    pairs: 12,
    gain: around(gain),
    rows_scanned: { baseline: 100_000, candidate: Math.round(100_000 * (1 - gain)) },
    results_equal: true,
    ...change,
  };
}

/** Evidence of one change, or of a set, over the given queries. */
export function evidenceOf(
  queries: QueryEvidence[],
  change: Partial<MeasuredEvidence> = {},
): MeasuredEvidence {
  const sum = (side: "baseline" | "candidate") =>
    queries.reduce((total, query) => total + query.calls * query[side].median_ms, 0);
  const before = sum("baseline");
  return {
    basis: "measured",
    measured_at: "2026-01-01T00:00:00.000Z",
    duration_ms: 60_000,
    seed: 1,
    duckdb_version: "v1.5.6",
    threads: 1,
    data_version: "data-1",
    schema_fingerprint: "schema-1",
    sample: [{ table: "projects", rows: 5000, rows_total: 5000, method: "all" }],
    workload: {
      baseline_ms: before,
      candidate_ms: sum("candidate"),
      gain: around(before === 0 ? 0 : 1 - sum("candidate") / before),
      patterns: queries.length,
      not_replayed: [],
    },
    queries,
    storage: { baseline_bytes: 1_000_000, candidate_bytes: 1_020_000, overhead: 0.02 },
    build_ms: 120,
    insert_cost: { rows: 1000, baseline_ms: 2, candidate_ms: 2.4, ratio: 1.2 },
    results_equal: true,
    ...change,
  };
}

function around(value: number): Interval {
  return { value, low: value - 0.02, high: value + 0.02 };
}
