import type { DuckDBConnection } from "@duckdb/node-api";
import { CREATE_HIDDEN_TABLES } from "./tables";

/** Statements that create and fill a product's tables; `dataEnd` (YYYY-MM-DD) is the last day. */
export type DataSql = (dataEnd: string) => string[];

/**
 * Fills an empty database with generated data, once. Everything happens in one transaction that
 * ends with the row that says so: a process killed half way starts anew, a finished one reuses.
 */
export async function ensureData(connection: DuckDBConnection, dataSql: DataSql): Promise<void> {
  for (const sql of CREATE_HIDDEN_TABLES) await connection.run(sql);
  if (await readMeta(connection, "data_end")) return;
  const dataEnd = new Date().toISOString().slice(0, 10);
  await connection.run("BEGIN");
  for (const sql of dataSql(dataEnd)) await connection.run(sql);
  await connection.run("INSERT INTO _sidecar_meta VALUES ('data_end', $1)", [dataEnd]);
  await connection.run("COMMIT");
  await connection.run("CHECKPOINT");
}

/** The last day the generated data covers, `YYYY-MM-DD`: reports of the workload end there. */
export async function readDataEnd(connection: DuckDBConnection): Promise<string> {
  const value = await readMeta(connection, "data_end");
  if (value === null) throw new Error("The demo data was never generated.");
  return value;
}

async function readMeta(connection: DuckDBConnection, name: string): Promise<string | null> {
  const reader = await connection.runAndReadAll("SELECT value FROM _sidecar_meta WHERE name = $1", [
    name,
  ]);
  const value = reader.getRowsJson()[0]?.[0];
  return typeof value === "string" ? value : null;
}
