import { DuckDBInstance, type Json } from "@duckdb/node-api";
import { AppError } from "@/server/platform";
import { quoteLiteral } from "@/server/sql";
import { DuckDbError } from "../errors";

export interface SessionOptions {
  file: string;
  threads: number;
  signal: AbortSignal;
  /** Folders whose files statements may read and write; no others, none by default. */
  directories?: string[];
  /** Runs before file access is closed for good. */
  prepare?: string[];
}

export interface Session {
  /** Throws AppError `timeout` after timeoutMs, the signal's reason on abort, DuckDbError. */
  run(sql: string, timeoutMs?: number): Promise<void>;
  /** Rows as JSON arrays: 64-bit integers and decimals are strings. */
  rows(sql: string, timeoutMs?: number): Promise<Json[][]>;
  /** Parses, plans, executes and materializes every row natively; answers its duration, ms. */
  time(sql: string, timeoutMs?: number): Promise<number>;
  /** Names and types of a query's columns, without running it. */
  describe(sql: string): Promise<{ name: string; type: string }[]>;
  /** May be called again. */
  close(): void;
}

const MEMORY_LIMIT = "2GB";
/** A commit in the middle of a measurement must not start a checkpoint. */
const CHECKPOINT_THRESHOLD = "4GB";
const WATCH_MS = 25;

/** Opens a shadow database; once `prepare` has run it reaches no file outside `directories`. */
export async function openSession(options: SessionOptions): Promise<Session> {
  options.signal.throwIfAborted();
  const instance = await DuckDBInstance.create(options.file, {
    threads: String(options.threads),
    memory_limit: MEMORY_LIMIT,
    checkpoint_threshold: CHECKPOINT_THRESHOLD,
    autoload_known_extensions: "false",
    autoinstall_known_extensions: "false",
  });
  const connection = await instance.connect();
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    connection.closeSync();
    instance.closeSync();
  };
  const watch = createWatch(() => connection.interrupt(), options.signal);
  const run = async (sql: string, timeoutMs?: number) => {
    await watch(() => connection.run(sql), timeoutMs);
  };
  try {
    // A shadow that matters was checkpointed; the others are thrown away as they are.
    await run("PRAGMA disable_checkpoint_on_shutdown");
    for (const statement of options.prepare ?? []) await run(statement);
    const allowed = (options.directories ?? []).map((folder) => quoteLiteral(`${folder}/`));
    await run(`SET allowed_directories = [${allowed.join(", ")}]`);
    await run("SET enable_external_access = false");
    await run("SET lock_configuration = true");
  } catch (error) {
    close();
    throw error;
  }
  return {
    run,
    close,
    rows: async (sql, timeoutMs) =>
      (await watch(() => connection.runAndReadAll(sql), timeoutMs)).getRowsJson(),
    time: (sql, timeoutMs) =>
      watch(async () => {
        const start = performance.now();
        await connection.run(sql);
        return performance.now() - start;
      }, timeoutMs),
    describe: async (sql) => {
      const prepared = await watch(() => connection.prepare(sql));
      const columns = Array.from({ length: prepared.columnCount }, (_, index) => ({
        name: prepared.columnName(index),
        type: String(prepared.columnType(index)),
      }));
      prepared.destroySync();
      return columns;
    },
  };
}

/**
 * Runs work while watching signal and time. The interrupt is repeated: one that comes just before
 * DuckDB starts the statement is lost.
 */
function createWatch(interrupt: () => void, signal: AbortSignal) {
  return async <T>(work: () => Promise<T>, timeoutMs = Number.POSITIVE_INFINITY): Promise<T> => {
    signal.throwIfAborted();
    const start = performance.now();
    const isLate = () => performance.now() - start > timeoutMs;
    const timer = setInterval(() => {
      if (signal.aborted || isLate()) interrupt();
    }, WATCH_MS);
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (isLate()) {
        throw new AppError("timeout", `took longer than ${Math.round(timeoutMs)} ms`, {
          cause: error,
        });
      }
      throw new DuckDbError(error);
    } finally {
      clearInterval(timer);
    }
  };
}

/** What is left of `timeoutMs` from now on, at least 1 ms: the time limit of one statement of several. */
export function countDown(timeoutMs: number): () => number {
  const start = performance.now();
  return () => Math.max(1, timeoutMs - (performance.now() - start));
}

/** Runs statements in one transaction, as the product would. Throws as `run`; it is then not committed. */
export async function transact(
  session: Session,
  statements: readonly string[],
  msLeft: () => number,
): Promise<void> {
  await session.run("BEGIN");
  for (const statement of statements) await session.run(statement, msLeft());
  await session.run("COMMIT", msLeft());
}

/** Bytes of the blocks in use; free blocks inside the file do not count. Call after CHECKPOINT. */
export async function storageBytes(session: Session): Promise<number> {
  const [row] = await session.rows("SELECT block_size * used_blocks FROM pragma_database_size()");
  return Number(row?.[0] ?? 0);
}
