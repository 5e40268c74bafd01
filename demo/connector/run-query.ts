import type { DuckDBConnection, DuckDBResultReader } from "@duckdb/node-api";
import { z } from "zod";
import type { ConnectorQueryRequest, ConnectorQueryResult, JsonScalar } from "@/server/contracts";
import { AppError } from "@/server/platform";
import {
  assertSingleStatement,
  HIDDEN_PREFIX,
  invalidSql,
  prepareBound,
} from "../engine/statement";

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

/** Table functions that only compute. Others read files, settings or other callers' data. */
const TABLE_FUNCTIONS = new Set(["range", "generate_series", "unnest", "repeat", "list_value"]);
/** Scalar functions with an effect (a read-only transaction alone would let them pass). */
const FORBIDDEN_FUNCTIONS = new Set(["nextval", "setseed", "write_log", "set_config"]);

const Serialized = z.looseObject({ error: z.boolean(), error_message: z.string().optional() });

/**
 * Refuses what is not one pure SELECT over the product's tables, judged on DuckDB's own parse tree
 * (the text is never searched). AppError invalid_input says what was wrong.
 */
async function assertReadOnlyQuery(connection: DuckDBConnection, sql: string): Promise<void> {
  await assertSingleStatement(connection, sql);
  const reader = await connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [sql]);
  const tree = Serialized.parse(JSON.parse(String(reader.getRowsJson()[0]?.[0])));
  if (tree.error) {
    throw new AppError("invalid_input", tree.error_message ?? "Only SELECT can be sent here.");
  }
  visit(tree);
}

function visit(value: unknown): void {
  if (Array.isArray(value)) value.forEach(visit);
  else if (typeof value === "object" && value !== null) {
    assertAllowed(new Map(Object.entries(value)));
    Object.values(value).forEach(visit);
  }
}

function assertAllowed(node: Map<string, unknown>): void {
  const type = node.get("type");
  if (type === "TABLE_FUNCTION") {
    const called = new Map(Object.entries(node.get("function") ?? {})).get("function_name");
    if (!TABLE_FUNCTIONS.has(String(called).toLowerCase())) throw refused(`${called}()`);
  }
  if (type === "FUNCTION" && FORBIDDEN_FUNCTIONS.has(String(node.get("function_name")))) {
    throw refused(`${node.get("function_name")}()`);
  }
  if (type === "BASE_TABLE") assertTable(String(node.get("table_name")));
}

/** A "table" with a path in its name is a file: DuckDB would scan it. */
function assertTable(name: string): void {
  if (name.toLowerCase().startsWith(HIDDEN_PREFIX) || /[./\\:*]/.test(name)) throw refused(name);
}

function refused(what: string): AppError {
  return new AppError("invalid_input", `${what} cannot be read through the connector.`);
}
