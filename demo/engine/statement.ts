import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import type { JsonScalar } from "@/server/contracts";
import { AppError } from "@/server/platform";
import type { SentParameters } from "@/server/workload";

/**
 * Prepares one statement and binds JSON values; DuckDB casts text to the type the place asks for
 * (dates, decimals, UUIDs), so what the capture keeps is exactly what was run.
 */
export async function prepareBound(
  connection: DuckDBConnection,
  sql: string,
  parameters: SentParameters,
): Promise<DuckDBPreparedStatement> {
  const prepared = await connection.prepare(sql);
  try {
    const isNamed = !Array.isArray(parameters);
    for (const [key, value] of Object.entries(parameters)) {
      bindOne(prepared, isNamed ? prepared.parameterIndex(key) : Number(key) + 1, value);
    }
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

/** Exactly one statement, by DuckDB's own parser; AppError invalid_input otherwise. */
export async function assertSingleStatement(
  connection: DuckDBConnection,
  sql: string,
): Promise<void> {
  let count = 0;
  try {
    count = (await connection.extractStatements(sql)).count;
  } catch (error) {
    throw invalidSql(error);
  }
  if (count !== 1) throw new AppError("invalid_input", "Send exactly one statement.");
}

/** DuckDB's refusal of the caller's SQL, in its own words (they name only the caller's text). */
export function invalidSql(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AppError("invalid_input", message.slice(0, 2000), { cause: error });
}

/** A catalog name as an SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL string literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Tables with this prefix are the sidecar's own book-keeping and hidden from everyone else. */
export const HIDDEN_PREFIX = "_sidecar_";
