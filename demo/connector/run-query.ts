import type { DuckDBConnection, DuckDBResultReader } from "@duckdb/node-api";
import type { ConnectorQueryRequest, ConnectorQueryResult, JsonScalar } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { prepareBound } from "../engine/bind";
import { assertReadOnlyQuery } from "./guard-query";
import { invalidSql } from "./statement";

/** Runs one guarded SELECT in a read-only transaction, within its row and time limits. */
export async function runConnectorQuery(
  connection: DuckDBConnection,
  request: ConnectorQueryRequest,
  signal: AbortSignal,
): Promise<ConnectorQueryResult> {
  await assertReadOnlyQuery(connection, request.sql);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(request.timeout_ms)]);
  const interrupt = () => connection.interrupt();
  limit.addEventListener("abort", interrupt);
  await connection.run("BEGIN TRANSACTION READ ONLY");
  try {
    const start = performance.now();
    const reader = await read(connection, request);
    return toResult(reader, request.row_limit, performance.now() - start);
  } catch (error) {
    if (limit.aborted) {
      throw new AppError("timeout", `The query took more than ${request.timeout_ms} ms.`);
    }
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
): Promise<DuckDBResultReader> {
  const prepared = await prepareBound(connection, request.sql, request.parameters);
  try {
    return await prepared.streamAndReadUntil(request.row_limit + 1);
  } finally {
    prepared.destroySync();
  }
}

function toResult(
  reader: DuckDBResultReader,
  rowLimit: number,
  durationMs: number,
): ConnectorQueryResult {
  const rows = reader.getRowsJson();
  return {
    columns: reader
      .columnNames()
      .map((name, at) => ({ name, type: String(reader.columnType(at)) })),
    rows: rows.slice(0, rowLimit).map((row) => row.map(toScalar)),
    is_truncated: rows.length > rowLimit,
    duration_ms: durationMs,
  };
}

/** Lists and structs travel as JSON text; all else is a scalar already. */
function toScalar(cell: unknown): JsonScalar {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === "string" || typeof cell === "number" || typeof cell === "boolean")
    return cell;
  return JSON.stringify(cell);
}
