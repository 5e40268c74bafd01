import type { JsonScalar, Workload, WorkloadPattern } from "@/server/contracts";
import {
  type NormalizedQuery,
  parameterValues,
  type SentParameters,
  type ShapeParser,
  widenDecimals,
} from "@/server/workload";
import { CallLog, WindowClock } from "./call-log";

/** One product query as it ran; latency is the DuckDB call alone. */
export interface CapturedCall {
  sql: string;
  parameters: SentParameters;
  latencyMs: number;
  /** When it ended: `stamp()` just before it is recorded. */
  at: number;
}

const SHAPES_MAX = 500;
const PENDING_MAX = 5000;
/** Instants of calls that were not kept. */
const DROPPED_MAX = 5000;

/**
 * Groups product queries by shape. Recording costs the caller nothing: normalization happens
 * behind, in order; `snapshot` waits for it. Bounded in shapes, samples and backlog.
 */
export class QueryCapture {
  private readonly shapes = new Map<string, ShapeRecord>();
  private readonly clock: WindowClock;
  private readonly dropped: CallLog;
  private pending = 0;
  private tail: Promise<void> = Promise.resolve();

  constructor(
    private readonly normalize: ShapeParser["normalize"],
    private readonly shapesMax = SHAPES_MAX,
    now?: () => number,
  ) {
    this.clock = new WindowClock(now);
    this.dropped = new CallLog(this.clock, DROPPED_MAX);
  }

  /** The time of a call that ends now, ms of the epoch. */
  stamp(): number {
    return this.clock.stamp();
  }

  record(call: CapturedCall): void {
    this.clock.note(call.at);
    if (this.pending >= PENDING_MAX) {
      this.dropped.add(call.at, call.latencyMs);
      return;
    }
    this.pending++;
    this.tail = this.tail.then(async () => {
      try {
        this.add(call, await this.normalize(call.sql));
      } catch {
        this.dropped.add(call.at, call.latencyMs);
      } finally {
        this.pending--;
      }
    });
  }

  /** Resolves when every recorded call is normalized: before that the parser must stay open. */
  settled(): Promise<void> {
    return this.tail;
  }

  /**
   * The workload since an instant. Its `until` is taken first: what ends while the calls before are
   * normalized belongs to the window that begins there, so that windows that follow each other tell every
   * call once.
   */
  async snapshot(productId: string, since: Date): Promise<Workload> {
    const until = this.clock.endWindow();
    await this.settled();
    const from = since.getTime();
    return {
      product_id: productId,
      since: since.toISOString(),
      until: new Date(until).toISOString(),
      patterns: [...this.shapes.values()]
        .map((shape) => shape.toPattern(from, until))
        .filter((pattern): pattern is WorkloadPattern => pattern !== null)
        .sort((a, b) => b.calls * b.mean_ms - a.calls * a.mean_ms),
      dropped_calls: this.dropped.within(from, until).calls,
    };
  }

  private add(call: CapturedCall, query: NormalizedQuery): void {
    let shape = this.shapes.get(query.fingerprint);
    if (!shape) {
      if (this.shapes.size >= this.shapesMax) {
        this.dropped.add(call.at, call.latencyMs);
        return;
      }
      shape = new ShapeRecord(query, this.clock);
      this.shapes.set(query.fingerprint, shape);
    }
    shape.add(call.at, call.latencyMs);
    shape.addSample(query, call);
  }
}

const LATENCIES_MAX = 500;
const SAMPLES_MAX = 20;

/** What is kept of one query shape: its calls, and the parameters of the latest. */
class ShapeRecord {
  private readonly log: CallLog;
  private readonly samples: JsonScalar[][] = [];
  private firstSeen = Number.POSITIVE_INFINITY;
  private lastSeen = 0;
  private sql: string;
  /** The latest text whose parameters were all literals, as it was sent. */
  private exampleSql: string | undefined;

  constructor(
    private readonly query: NormalizedQuery,
    clock: WindowClock,
  ) {
    this.sql = query.sql;
    this.log = new CallLog(clock, LATENCIES_MAX);
  }

  add(at: number, ms: number): void {
    this.firstSeen = Math.min(this.firstSeen, at);
    this.lastSeen = Math.max(this.lastSeen, at);
    this.log.add(at, ms);
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

  /** null when the shape was not called from `from` to `until` (milliseconds of the epoch). */
  toPattern(from: number, until: number): WorkloadPattern | null {
    const { calls, totalMs, latencies } = this.log.within(from, until);
    if (calls === 0) return null;
    const meanMs = totalMs / calls;
    // The latest calls may all have ended after the window.
    const sorted = latencies.length === 0 ? [meanMs] : [...latencies].sort((a, b) => a - b);
    return {
      fingerprint: this.query.fingerprint,
      sql: this.sql,
      kind: this.query.kind,
      is_parsed: this.query.isParsed,
      calls,
      mean_ms: meanMs,
      median_ms: quantile(sorted, 0.5),
      p95_ms: quantile(sorted, 0.95),
      first_seen: new Date(this.firstSeen).toISOString(),
      last_seen: new Date(this.lastSeen).toISOString(),
      parameter_samples: [...this.samples],
      ...(this.exampleSql === undefined ? {} : { example_sql: this.exampleSql }),
      latencies_ms: latencies,
    };
  }
}

/** Linear interpolation between order statistics; the input is sorted ascending. */
function quantile(sorted: number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? 0;
  const high = sorted[Math.ceil(position)] ?? low;
  return low + (high - low) * (position - Math.floor(position));
}
