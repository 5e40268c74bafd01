import { constants } from "node:fs";
import { copyFile } from "node:fs/promises";
import { type DuckDBConnection, DuckDBInstance, type Json } from "@duckdb/node-api";
import { compilePlan } from "@/server/advisor";
import { type Change, rewritesOf, type TableSchema } from "@/server/contracts";

/** A full copy of the data with changes applied, open for measuring. */
export interface Copy {
  name: string;
  changes: Change[];
  /** Query texts that stand in the place of others, by fingerprint. */
  rewrites: Map<string, string>;
  /** Blocks in use once undo data was dropped. */
  bytes: number;
  buildMs: number;
  /** Runs and materializes natively; answers ms. */
  time(sql: string): Promise<number>;
  rows(sql: string): Promise<Json[][]>;
  close(): void;
}

export interface CopyRequest {
  name: string;
  /** The unchanged database, closed and checkpointed. */
  source: string;
  file: string;
  tables: TableSchema[];
  changes: Change[];
  memoryLimit: string;
}

/** Measured with one thread, as the product runs. */
const THREADS = "1";
/** Building is not what is measured; an index over twelve million texts must fit into memory. */
const BUILD_SETTINGS = { threads: "2", memory_limit: "8GB" };

/**
 * Copies the file, applies the changes' plan in one transaction, drops undo data, checkpoints and
 * opens it anew. Throws DuckDB's error when the data refuse the plan.
 */
export async function buildCopy(request: CopyRequest): Promise<Copy> {
  await copyFile(request.source, request.file, constants.COPYFILE_FICLONE);
  const plan = compilePlan(request.tables, request.changes);
  const start = performance.now();
  await withDatabase(request.file, async (connection) => {
    if (plan.statements.length === 0) return;
    await connection.run("BEGIN");
    for (const sql of plan.statements) await connection.run(sql);
    await connection.run("COMMIT");
    for (const sql of plan.cleanup_statements) await connection.run(sql);
    await connection.run("CHECKPOINT");
  });
  return open(request, performance.now() - start);
}

async function withDatabase<T>(
  file: string,
  task: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(file, BUILD_SETTINGS);
  const connection = await instance.connect();
  try {
    return await task(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function open(request: CopyRequest, buildMs: number): Promise<Copy> {
  const { name, changes, file, memoryLimit } = request;
  const instance = await DuckDBInstance.create(file, {
    threads: THREADS,
    memory_limit: memoryLimit,
    // A commit in the middle of a measurement must not start a checkpoint.
    checkpoint_threshold: "4GB",
  });
  const connection = await instance.connect();
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
  const [size] = await rows("SELECT block_size * used_blocks FROM pragma_database_size()");
  return {
    name,
    changes,
    rewrites: new Map(
      changes.flatMap((change) => rewritesOf(change).map((one) => [one.fingerprint, one.sql])),
    ),
    bytes: Number(size?.[0] ?? 0),
    buildMs,
    rows,
    async time(sql) {
      const start = performance.now();
      await connection.run(sql);
      return performance.now() - start;
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
