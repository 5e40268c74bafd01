import type { DuckDBConnection, DuckDBResultReader } from "@duckdb/node-api";
import type { SentParameters } from "@/server/workload";
import type { QueryCapture } from "./capture";
import { ConnectionPool, WriteGate } from "./connections";
import type { Engine } from "./open";
import { prepareBound } from "./statement";

const READERS = 3;

export type Row = Record<string, unknown>;

/**
 * The one way the product itself reaches DuckDB: every query is timed and captured. Writes share
 * one gate with the connector, so an approved change and the product's inserts never interleave.
 */
export class Database {
  private constructor(
    private readonly readers: ConnectionPool,
    readonly writes: WriteGate,
    private readonly capture: QueryCapture,
  ) {}

  static async open(engine: Engine, capture: QueryCapture): Promise<Database> {
    const readers = await ConnectionPool.open(engine.instance, READERS);
    return new Database(readers, await WriteGate.open(engine.instance), capture);
  }

  /** Reads; converting to rows is left to the caller, the latency is DuckDB's alone. */
  query(sql: string, parameters: SentParameters = []): Promise<DuckDBResultReader> {
    return this.readers.use((connection) => this.timed(connection, sql, parameters));
  }

  async rows(sql: string, parameters: SentParameters = []): Promise<Row[]> {
    return (await this.query(sql, parameters)).getRowObjectsJson();
  }

  /** One write, after those before it; waiting for the gate is not part of its latency. */
  write(sql: string, parameters: SentParameters = []): Promise<DuckDBResultReader> {
    return this.writes.run((connection) => this.timed(connection, sql, parameters));
  }

  /** Reads that are not the product's workload (catalog, health): not captured. */
  inspect<T>(task: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.readers.use(task);
  }

  close(): void {
    this.readers.close();
    this.writes.close();
  }

  private async timed(
    connection: DuckDBConnection,
    sql: string,
    parameters: SentParameters,
  ): Promise<DuckDBResultReader> {
    const start = performance.now();
    const prepared = await prepareBound(connection, sql, parameters);
    try {
      const reader = await prepared.runAndReadAll();
      const latencyMs = performance.now() - start;
      this.capture.record({ sql, parameters, latencyMs, at: this.capture.stamp() });
      return reader;
    } finally {
      prepared.destroySync();
    }
  }
}
