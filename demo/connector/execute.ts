import { type DuckDBConnection, type DuckDBResult, StatementType } from "@duckdb/node-api";
import { type ConnectorExecuteRequest, ConnectorOperation } from "@/server/contracts";
import { AppError } from "@/server/platform";
import type { WriteGate } from "../engine/connections";
import { readFingerprint } from "./catalog";
import { assertKnownStatement } from "./check-statement";

/**
 * Runs operations: statements and their record commit in one transaction, so whoever is killed,
 * an operation has either happened and is on record, or has not happened at all. A failed one is
 * rolled back and recorded as failed. The write gate is held throughout: no insert is lost.
 */
export class Executor {
  private readonly running = new Map<string, ConnectorOperation>();

  constructor(
    private readonly writes: WriteGate,
    private readonly onExecuted: () => void,
  ) {}

  /**
   * Throws `schema_changed` (nothing ran, nothing recorded) and `idempotency_mismatch` (the id is
   * known with other statements). An operation that failed is an answer, not an error.
   */
  async execute(request: ConnectorExecuteRequest): Promise<ConnectorOperation> {
    return this.writes.run(async (connection) => {
      const known = await readOperation(connection, request.operation_id);
      if (known) return sameRequest(known, request);
      const operation = await begin(connection, request);
      this.running.set(operation.operation_id, operation);
      try {
        return await this.runOnce(connection, request, operation);
      } finally {
        this.running.delete(operation.operation_id);
      }
    });
  }

  /** The operation running, or as recorded; null when this id was never seen to its end. */
  async find(
    connection: DuckDBConnection,
    operationId: string,
  ): Promise<ConnectorOperation | null> {
    return this.running.get(operationId) ?? (await readOperation(connection, operationId));
  }

  private async runOnce(
    connection: DuckDBConnection,
    request: ConnectorExecuteRequest,
    operation: ConnectorOperation,
  ): Promise<ConnectorOperation> {
    let ended: ConnectorOperation;
    await connection.run("BEGIN");
    try {
      for (const sql of request.statements) {
        operation.statements.push({ sql, duration_ms: await runStatement(connection, sql) });
      }
      ended = {
        ...operation,
        state: "succeeded",
        schema_fingerprint_after: await readFingerprint(connection),
        finished_at: new Date().toISOString(),
      };
      await recordOperation(connection, ended);
      await connection.run("COMMIT");
    } catch (error) {
      return fail(connection, request, operation, error);
    }
    // New layout and indexes reach the file now instead of at some later, busier moment.
    await connection.run("CHECKPOINT").catch(() => undefined);
    this.onExecuted();
    return ended;
  }
}

async function begin(
  connection: DuckDBConnection,
  request: ConnectorExecuteRequest,
): Promise<ConnectorOperation> {
  const fingerprint = await readFingerprint(connection);
  const expected = request.expected_schema_fingerprint;
  if (expected !== undefined && expected !== fingerprint) {
    throw new AppError("schema_changed", "The schema is not the one this operation was made for.", {
      details: { expected, actual: fingerprint },
    });
  }
  return {
    operation_id: request.operation_id,
    state: "running",
    statements: [],
    schema_fingerprint_before: fingerprint,
    schema_fingerprint_after: null,
    error: null,
    started_at: new Date().toISOString(),
    finished_at: null,
  };
}

/** Nothing of a failed operation remains but its record: the statements that ran, and why it ended. */
async function fail(
  connection: DuckDBConnection,
  request: ConnectorExecuteRequest,
  operation: ConnectorOperation,
  error: unknown,
): Promise<ConnectorOperation> {
  // A failed COMMIT has ended the transaction already.
  await connection.run("ROLLBACK").catch(() => undefined);
  const reason = error instanceof Error ? error.message : String(error);
  const position = Math.min(operation.statements.length + 1, request.statements.length);
  const ended: ConnectorOperation = {
    ...operation,
    state: "failed",
    error: `Statement ${position} of ${request.statements.length}: ${reason.slice(0, 4000)}`,
    finished_at: new Date().toISOString(),
  };
  await recordOperation(connection, ended);
  return ended;
}

/** A repeated id answers what happened; the same id for something else is the caller's mistake. */
function sameRequest(
  known: ConnectorOperation,
  request: ConnectorExecuteRequest,
): ConnectorOperation {
  const isSame = known.statements.every((each, at) => each.sql === request.statements[at]);
  const isWhole = known.state === "failed" || known.statements.length === request.statements.length;
  if (isSame && isWhole) return known;
  throw new AppError("idempotency_mismatch", "This operation id was used for other statements.");
}

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

/** Runs one statement of an operation inside its transaction; answers the milliseconds it took. */
async function runStatement(connection: DuckDBConnection, sql: string): Promise<number> {
  await assertKnownStatement(connection, sql);
  const start = performance.now();
  const prepared = await connection.prepare(sql);
  try {
    if (!ALLOWED.has(prepared.statementType)) {
      const kind = StatementType[prepared.statementType];
      throw new AppError("invalid_input", `${kind} cannot be part of an operation.`);
    }
    if (prepared.statementType === StatementType.SELECT) await drain(await prepared.stream());
    else await prepared.run();
    return performance.now() - start;
  } finally {
    prepared.destroySync();
  }
}

/** Nobody reads the rows: they are not kept, however many there are. */
async function drain(result: DuckDBResult): Promise<void> {
  let chunk = await result.fetchChunk();
  while (chunk !== null && chunk.rowCount > 0) chunk = await result.fetchChunk();
}

/** The operation as recorded, null when it never ended (and, if it ran, left nothing behind). */
async function readOperation(
  connection: DuckDBConnection,
  operationId: string,
): Promise<ConnectorOperation | null> {
  const reader = await connection.runAndReadAll(
    "SELECT operation FROM _sidecar_operations WHERE operation_id = $1",
    [operationId],
  );
  const text = reader.getRowsJson()[0]?.[0];
  return typeof text === "string" ? ConnectorOperation.parse(JSON.parse(text)) : null;
}

async function recordOperation(
  connection: DuckDBConnection,
  operation: ConnectorOperation,
): Promise<void> {
  await connection.run("INSERT INTO _sidecar_operations VALUES ($1, $2, $3)", [
    operation.operation_id,
    operation.state,
    JSON.stringify(operation),
  ]);
}
