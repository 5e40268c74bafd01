import type { JsonScalar, WorkloadPattern } from "@/server/contracts";
import type { NormalizedQuery } from "@/server/workload";

const LATENCIES_MAX = 500;
const SAMPLES_MAX = 20;
const BUCKET_MS = 10_000;
const BUCKETS_MAX = 2000;

/**
 * What is kept of one query shape. Calls since an instant are exact while the latency ring covers
 * it; before that, counted in buckets of ten seconds (the window then starts up to 10 s earlier).
 */
export class ShapeRecord {
  private readonly latencies: { at: number; ms: number }[] = [];
  private readonly samples: JsonScalar[][] = [];
  private readonly buckets = new Map<number, { calls: number; totalMs: number }>();
  private firstSeen = Number.POSITIVE_INFINITY;
  private lastSeen = 0;

  constructor(private readonly query: NormalizedQuery) {}

  add(at: number, ms: number, parameters: JsonScalar[]): void {
    this.firstSeen = Math.min(this.firstSeen, at);
    this.lastSeen = Math.max(this.lastSeen, at);
    this.latencies.push({ at, ms });
    if (this.latencies.length > LATENCIES_MAX) this.latencies.shift();
    this.samples.push(parameters);
    if (this.samples.length > SAMPLES_MAX) this.samples.shift();
    this.countInBucket(at, ms);
  }

  /** null when the shape was not called since `from` (milliseconds of the epoch). */
  toPattern(from: number): WorkloadPattern | null {
    const recent = this.latencies.filter((each) => each.at >= from).map((each) => each.ms);
    const { calls, totalMs } = this.countSince(from, recent);
    if (calls === 0) return null;
    const sorted = [...recent].sort((a, b) => a - b);
    return {
      fingerprint: this.query.fingerprint,
      sql: this.query.sql,
      kind: this.query.kind,
      is_parsed: this.query.isParsed,
      calls,
      mean_ms: totalMs / calls,
      median_ms: quantile(sorted, 0.5),
      p95_ms: quantile(sorted, 0.95),
      first_seen: new Date(this.firstSeen).toISOString(),
      last_seen: new Date(this.lastSeen).toISOString(),
      parameter_samples: [...this.samples],
      latencies_ms: recent,
    };
  }

  private countSince(from: number, recent: number[]): { calls: number; totalMs: number } {
    if (recent.length < LATENCIES_MAX) {
      return { calls: recent.length, totalMs: recent.reduce((sum, ms) => sum + ms, 0) };
    }
    let calls = 0;
    let totalMs = 0;
    for (const [start, bucket] of this.buckets) {
      if (start + BUCKET_MS <= from) continue;
      calls += bucket.calls;
      totalMs += bucket.totalMs;
    }
    return { calls, totalMs };
  }

  private countInBucket(at: number, ms: number): void {
    const start = at - (at % BUCKET_MS);
    const bucket = this.buckets.get(start) ?? { calls: 0, totalMs: 0 };
    bucket.calls++;
    bucket.totalMs += ms;
    this.buckets.set(start, bucket);
    if (this.buckets.size <= BUCKETS_MAX) return;
    const oldest = this.buckets.keys().next().value;
    if (oldest !== undefined) this.buckets.delete(oldest);
  }
}

/** Linear interpolation between order statistics; the input is sorted ascending. */
function quantile(sorted: number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? 0;
  const high = sorted[Math.ceil(position)] ?? low;
  return low + (high - low) * (position - Math.floor(position));
}
