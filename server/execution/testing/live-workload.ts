import type { Workload } from "@/server/contracts";

/** Live latencies around a centre, for one targeted shape. */
export function workloadOf(since: Date, centreMs: number): Workload {
  const now = new Date().toISOString();
  return {
    product_id: "duckdb-spawn",
    since: since.toISOString(),
    until: now,
    dropped_calls: 0,
    patterns: [
      {
        fingerprint: "target",
        sql: "SELECT target",
        kind: "select",
        is_parsed: true,
        calls: 30,
        mean_ms: centreMs,
        median_ms: centreMs,
        p95_ms: centreMs,
        first_seen: now,
        last_seen: now,
        latencies_ms: Array.from({ length: 30 }, (_, i) => centreMs * (0.95 + (i % 10) / 100)),
      },
    ],
  };
}
