import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import type { JsonScalar } from "@/server/contracts";

/**
 * Prepares one statement and binds JSON values; DuckDB casts text to the type the place asks for
 * (dates, decimals, UUIDs), so what the capture keeps is exactly what was run.
 */
export async function prepareBound(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly JsonScalar[],
): Promise<DuckDBPreparedStatement> {
  const prepared = await connection.prepare(sql);
  try {
    for (const [position, value] of parameters.entries()) bindOne(prepared, position + 1, value);
    return prepared;
  } catch (error) {
    prepared.destroySync();
    throw error;
  }
}

function bindOne(prepared: DuckDBPreparedStatement, index: number, value: JsonScalar): void {
  if (value === null) prepared.bindNull(index);
  else if (typeof value === "string") prepared.bindVarchar(index, value);
  else if (typeof value === "boolean") prepared.bindBoolean(index, value);
  // A whole number bound as DOUBLE would make DuckDB compare in floating point.
  else if (Number.isSafeInteger(value)) prepared.bindBigInt(index, BigInt(value));
  else prepared.bindDouble(index, value);
}
