import { chmod, mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { type DataSql, ensureData } from "../data/fill";
import { quoteText } from "./statement";

/**
 * One DuckDB thread a query: a report, an export and a rebuild running together then share the
 * cores fairly, and the proof of a change replays under the same rule.
 */
export const SERVING_THREADS = 1;
const MEMORY_LIMIT = "2GB";

export interface Engine {
  instance: DuckDBInstance;
  /** Holds the database file. */
  dataDir: string;
  /** The only folder SQL can read or write: exports pass through it. */
  exportDir: string;
}

/** Named by the first version: data of existing folders are found again. */
const FILE_NAME = "spawn.duckdb";

/** Opens (and fills, the first time) the database in the data folder, then locks its settings. */
export async function openEngine(dataDir: string, dataSql: DataSql): Promise<Engine> {
  const exportDir = path.resolve(dataDir, "demo-exports");
  const spillDir = path.resolve(dataDir, "demo-spill");
  await rm(exportDir, { recursive: true, force: true });
  for (const dir of [exportDir, spillDir]) await makeOwn(dir);
  const file = path.resolve(dataDir, FILE_NAME);
  const instance = await DuckDBInstance.create(file, {
    threads: String(Math.min(2, availableParallelism())),
    memory_limit: MEMORY_LIMIT,
    temp_directory: spillDir,
  });
  const connection = await instance.connect();
  try {
    await chmod(file, 0o600);
    await ensureData(connection, dataSql);
    await lockDown(connection, [exportDir, spillDir]);
    return { instance, dataDir: path.resolve(dataDir), exportDir };
  } catch (error) {
    connection.closeSync();
    instance.closeSync();
    throw error;
  } finally {
    connection.closeSync();
  }
}

/** A folder for its owner alone, also where an earlier start left one that others may enter. */
async function makeOwn(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
}

/**
 * `read_text('/etc/passwd')` is a SELECT, so statement types alone do not protect the machine:
 * DuckDB itself is told to touch no file outside these folders, and that no SQL may change it.
 */
async function lockDown(connection: DuckDBConnection, directories: string[]): Promise<void> {
  for (const setting of [
    `threads = ${SERVING_THREADS}`,
    `allowed_directories = [${directories.map(quoteText).join(", ")}]`,
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "enable_external_access = false",
    "lock_configuration = true",
  ]) {
    await connection.run(`SET ${setting}`);
  }
}
