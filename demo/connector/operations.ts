import type { DuckDBConnection } from "@duckdb/node-api";
import { ConnectorOperation } from "@/server/contracts";

/** The operation as recorded, null when it never ended (and, if it ran, left nothing behind). */
export async function readOperation(
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

export async function recordOperation(
  connection: DuckDBConnection,
  operation: ConnectorOperation,
): Promise<void> {
  await connection.run("INSERT INTO _sidecar_operations VALUES ($1, $2, $3)", [
    operation.operation_id,
    operation.state,
    JSON.stringify(operation),
  ]);
}
