import type { JsonScalar, Workload, WorkloadPattern } from "@/server/contracts";
import type { NormalizedQuery, ShapeParser } from "@/server/workload";
import { DroppedCalls } from "./dropped-calls";
import { ShapeRecord } from "./shape-record";

/** One product query as it ran; latency is the DuckDB call alone. */
export interface CapturedCall {
  sql: string;
  parameters: readonly JsonScalar[];
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
    shape.add(call.at, call.latencyMs, resolveParameters(query, call.parameters));
  }
}

/** Values of $1..$n of the normalized text, from the parameters and literals of the sent text. */
function resolveParameters(query: NormalizedQuery, sent: readonly JsonScalar[]): JsonScalar[] {
  return query.parameters.map((source) =>
    source.from === "literal" ? source.value : (sent[source.index - 1] ?? null),
  );
}
