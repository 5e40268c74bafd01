import { DuckDBInstance } from "@duckdb/node-api";
import type { Workload } from "./types";

/** Changing it changes every generated row of every workload. */
const SEED = 20_260_101;

/**
 * `u(i, k)`: the k-th uniform number in [0, 1) of row i, from a hash: the same whatever the threads.
 * `num(i, k, n)`: a whole number in 0..n−1. `pick(list, x)`: an element, x in [0, 1).
 */
export const MACROS = [
  `CREATE OR REPLACE TEMP MACRO u(i, k) AS (hash(i * 64 + k + ${SEED}) >> 11)::DOUBLE / 9007199254740992.0`,
  "CREATE OR REPLACE TEMP MACRO num(i, k, n) AS floor(u(i, k) * n)::INTEGER",
  "CREATE OR REPLACE TEMP MACRO pick(list, x) AS list[1 + floor(x * len(list))::BIGINT]",
];

/** Writes the workload's tables into a new DuckDB file. Same rows in, same data out. */
export async function createDataset(workload: Workload, rows: number, file: string): Promise<void> {
  const instance = await DuckDBInstance.create(file, { threads: "2", memory_limit: "6GB" });
  const connection = await instance.connect();
  try {
    for (const sql of [...MACROS, ...workload.load(rows)]) await connection.run(sql);
    await connection.run("CHECKPOINT");
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
