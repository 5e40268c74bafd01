import type { JsonScalar, Workload, WorkloadPattern } from "@/server/contracts";
import {
  type NormalizedQuery,
  parameterValues,
  type SentParameters,
  type ShapeParser,
  widenDecimals,
} from "@/server/workload";

/** One product query as it ran; latency is the DuckDB call alone. */
export interface CapturedCall {
  sql: string;
  parameters: SentParameters;
  latencyMs: number;
  at: number;
}

const SHAPES_MAX = 500;
const PENDING_MAX = 5000;

/**
 * Groups product queries by shape. Recording costs the caller nothing: normalization happens
 * behind, in order; `snapshot` waits for it. Bounded in shapes, samples and backlog.
 */
export class QueryCapture {
  private readonly shapes = new Map<string, ShapeRecord>();
  private readonly dropped = new DroppedCalls();
  private pending = 0;
  private tail: Promise<void> = Promise.resolve();

  constructor(
    private readonly normalize: ShapeParser["normalize"],
    private readonly shapesMax = SHAPES_MAX,
  ) {}

  record(call: CapturedCall): void {
    if (this.pending >= PENDING_MAX) {
      this.dropped.add(call.at);
      return;
    }
    this.pending++;
    this.tail = this.tail.then(async () => {
      try {
        this.add(call, await this.normalize(call.sql));
      } catch {
        this.dropped.add(call.at);
      } finally {
        this.pending--;
      }
    });
  }

  /** Resolves when every recorded call is normalized: before that the parser must stay open. */
  settled(): Promise<void> {
    return this.tail;
  }

  async snapshot(productId: string, since: Date): Promise<Workload> {
    await this.settled();
    const from = since.getTime();
    return {
      product_id: productId,
      since: since.toISOString(),
      until: new Date().toISOString(),
      patterns: [...this.shapes.values()]
        .map((shape) => shape.toPattern(from))
        .filter((pattern): pattern is WorkloadPattern => pattern !== null)
        .sort((a, b) => b.calls * b.mean_ms - a.calls * a.mean_ms),
      dropped_calls: this.dropped.countSince(from),
    };
  }

  private add(call: CapturedCall, query: NormalizedQuery): void {
    let shape = this.shapes.get(query.fingerprint);
    if (!shape) {
      if (this.shapes.size >= this.shapesMax) {
        this.dropped.add(call.at);
        return;
      }
      shape = new ShapeRecord(query);
      this.shapes.set(query.fingerprint, shape);
    }
    shape.add(call.at, call.latencyMs);
    shape.addSample(query, call);
  }
}

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
  private sql: string;
  /** The latest text whose parameters were all literals, as it was sent. */
  private exampleSql: string | undefined;

  constructor(private readonly query: NormalizedQuery) {
    this.sql = query.sql;
  }

  add(at: number, ms: number): void {
    this.firstSeen = Math.min(this.firstSeen, at);
    this.lastSeen = Math.max(this.lastSeen, at);
    this.latencies.push({ at, ms });
    if (this.latencies.length > LATENCIES_MAX) this.latencies.shift();
    this.countInBucket(at, ms);
  }

  /** Keeps the parameters of a call; the kept text then takes those of all of them. */
  addSample(query: NormalizedQuery, { sql, parameters }: CapturedCall): void {
    const values = parameterValues(query.parameters, parameters);
    if (values === null) return;
    this.sql = widenDecimals(this.sql, query.sql);
    this.samples.push(values);
    if (this.samples.length > SAMPLES_MAX) this.samples.shift();
    const isAllLiteral = query.parameters.every(({ from }) => from === "literal");
    if (query.isParsed && values.length > 0 && isAllLiteral) this.exampleSql = sql;
  }

  /** null when the shape was not called since `from` (milliseconds of the epoch). */
  toPattern(from: number): WorkloadPattern | null {
    const recent = this.latencies.filter((each) => each.at >= from).map((each) => each.ms);
    const { calls, totalMs } = this.countSince(from, recent);
    if (calls === 0) return null;
    const sorted = [...recent].sort((a, b) => a - b);
    return {
      fingerprint: this.query.fingerprint,
      sql: this.sql,
      kind: this.query.kind,
      is_parsed: this.query.isParsed,
      calls,
      mean_ms: totalMs / calls,
      median_ms: quantile(sorted, 0.5),
      p95_ms: quantile(sorted, 0.95),
      first_seen: new Date(this.firstSeen).toISOString(),
      last_seen: new Date(this.lastSeen).toISOString(),
      parameter_samples: [...this.samples],
      ...(this.exampleSql === undefined ? {} : { example_sql: this.exampleSql }),
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

const INSTANTS_MAX = 5000;
const MINUTE_MS = 60_000;
const MINUTES_MAX = 1440;

/**
 * Counts calls that were not kept. Since an instant: exact while the latest 5000 reach back so far,
 * so that windows that follow each other count every call once; before that by the minute (the
 * window then starts up to a minute earlier), for a day.
 */
class DroppedCalls {
  private readonly instants: number[] = [];
  private readonly minutes = new Map<number, number>();

  add(at: number): void {
    this.instants.push(at);
    if (this.instants.length > INSTANTS_MAX) this.instants.shift();
    const minute = at - (at % MINUTE_MS);
    this.minutes.set(minute, (this.minutes.get(minute) ?? 0) + 1);
    if (this.minutes.size > MINUTES_MAX) this.minutes.delete(Math.min(...this.minutes.keys()));
  }

  countSince(from: number): number {
    const latest = this.instants.filter((at) => at >= from).length;
    if (latest < INSTANTS_MAX) return latest;
    let calls = 0;
    for (const [minute, count] of this.minutes) if (minute + MINUTE_MS > from) calls += count;
    return calls;
  }
}
