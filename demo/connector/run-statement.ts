import { type DuckDBConnection, StatementType } from "@duckdb/node-api";
import { AppError } from "@/server/platform";
import { assertSingleStatement } from "./statement";

/**
 * What an operation may consist of. Left out on purpose: transaction control (it would break "all
 * or nothing"), ATTACH, COPY, SET, PRAGMA, LOAD, CALL, VACUUM.
 */
const ALLOWED = new Set<StatementType>([
  StatementType.SELECT,
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.MERGE_INTO,
  StatementType.CREATE,
  StatementType.ALTER,
  StatementType.DROP,
]);
const RESERVED = /_sidecar_(operations|meta)\b/i;

/** Runs one statement of an operation inside its transaction; answers the milliseconds it took. */
export async function runStatement(connection: DuckDBConnection, sql: string): Promise<number> {
  if (RESERVED.test(sql)) {
    throw new AppError("invalid_input", "The connector's own book-keeping cannot be changed.");
  }
  await assertSingleStatement(connection, sql);
  const start = performance.now();
  const prepared = await connection.prepare(sql);
  try {
    if (!ALLOWED.has(prepared.statementType)) {
      const kind = StatementType[prepared.statementType];
      throw new AppError("invalid_input", `${kind} cannot be part of an operation.`);
    }
    await prepared.run();
    return performance.now() - start;
  } finally {
    prepared.destroySync();
  }
}
