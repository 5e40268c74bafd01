import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** A fixed number of connections; a caller waits until one is free. */
export class ConnectionPool {
  private readonly waiting: ((connection: DuckDBConnection) => void)[] = [];
  private constructor(
    private readonly all: DuckDBConnection[],
    private readonly free: DuckDBConnection[],
  ) {}

  static async open(instance: DuckDBInstance, size: number): Promise<ConnectionPool> {
    const all = await Promise.all(Array.from({ length: size }, () => instance.connect()));
    return new ConnectionPool(all, [...all]);
  }

  /** Throws the signal's reason when that comes before a connection is free. */
  async use<T>(
    task: (connection: DuckDBConnection) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    signal?.throwIfAborted();
    const connection = this.free.pop() ?? (await this.wait(signal));
    try {
      return await task(connection);
    } finally {
      const next = this.waiting.shift();
      if (next) next(connection);
      else this.free.push(connection);
    }
  }

  close(): void {
    for (const connection of this.all) connection.closeSync();
  }

  private wait(signal: AbortSignal | undefined): Promise<DuckDBConnection> {
    return new Promise((resolve, reject) => {
      const take = (connection: DuckDBConnection) => {
        signal?.removeEventListener("abort", leave);
        resolve(connection);
      };
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(take), 1);
        reject(signal?.reason);
      };
      this.waiting.push(take);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }
}

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

/** Runs tasks one at a time, in the order they came; a failed task does not stop the next. */
class Mutex {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.tail.then(task, task);
    this.tail = result.catch(() => undefined);
    return result;
  }
}
