import type { DuckDBConnection } from "@duckdb/node-api";
import { AppError } from "@/server/platform";

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
