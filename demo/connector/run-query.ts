import type { DuckDBConnection } from "@duckdb/node-api";
import type { ConnectorQueryRequest, ConnectorQueryResult } from "@/server/contracts";
import { AppError } from "@/server/platform";
import type { ConnectionPool } from "../engine/connections";
import { invalidSql, prepareBound } from "../engine/statement";
import { assertReadOnlyQuery } from "./check-query";
import { readAnswer } from "./read-answer";

/**
 * Runs one guarded SELECT in a read-only transaction, within its limits of rows, bytes and time. The time
 * counts from here: waiting for a connection is part of it.
 */
export async function runConnectorQuery(
  pool: ConnectionPool,
  request: ConnectorQueryRequest,
  signal: AbortSignal,
): Promise<ConnectorQueryResult> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(request.timeout_ms)]);
  try {
    return await pool.use((connection) => runOn(connection, request, limit), limit);
  } catch (error) {
    if (!limit.aborted) throw error;
    throw new AppError("timeout", `The query took more than ${request.timeout_ms} ms.`);
  }
}

async function runOn(
  connection: DuckDBConnection,
  request: ConnectorQueryRequest,
  limit: AbortSignal,
): Promise<ConnectorQueryResult> {
  await assertReadOnlyQuery(connection, request.sql);
  limit.throwIfAborted();
  const interrupt = () => connection.interrupt();
  limit.addEventListener("abort", interrupt);
  await connection.run("BEGIN TRANSACTION READ ONLY");
  try {
    return await read(connection, request);
  } catch (error) {
    throw invalidSql(error);
  } finally {
    limit.removeEventListener("abort", interrupt);
    await connection.run("ROLLBACK");
  }
}

/** Streams, so that a huge result costs only the rows asked for. */
async function read(
  connection: DuckDBConnection,
  request: ConnectorQueryRequest,
): Promise<ConnectorQueryResult> {
  const start = performance.now();
  const prepared = await prepareBound(connection, request.sql, request.parameters);
  try {
    const result = await prepared.stream();
    const { rows, isTruncated } = await readAnswer(result, request.row_limit);
    return {
      columns: result
        .columnNames()
        .map((name, at) => ({ name, type: String(result.columnType(at)) })),
      rows,
      is_truncated: isTruncated,
      duration_ms: performance.now() - start,
    };
  } finally {
    prepared.destroySync();
  }
}
