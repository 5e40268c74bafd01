import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { Mutex } from "./mutex";

/** The one connection that writes, handed to one task at a time. */
export class WriteGate {
  private readonly mutex = new Mutex();
  private constructor(private readonly connection: DuckDBConnection) {}

  static async open(instance: DuckDBInstance): Promise<WriteGate> {
    return new WriteGate(await instance.connect());
  }

  run<T>(task: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.mutex.run(() => task(this.connection));
  }

  close(): void {
    this.connection.closeSync();
  }
}
