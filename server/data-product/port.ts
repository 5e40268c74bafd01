import type {
  ConnectorExecuteRequest,
  ConnectorOperation,
  ConnectorQueryRequest,
  ConnectorQueryResult,
  ProductSchema,
  Workload,
} from "@/server/contracts";

/** What an export wrote: `rows` of `rowsTotal`, every one or a reservoir sample. */
export interface TableExport {
  file: string;
  rows: number;
  rowsTotal: number;
  method: "all" | "reservoir";
  dataVersion: string;
}

/**
 * The one way the sidecar reaches a data product. Every method throws AppError:
 * `product_unreachable` (no connection, time-out, 5xx: worth a retry), `product_refused` (4xx, and a query that took too long),
 * `schema_changed` (execute with a fingerprint that is no longer true; nothing ran).
 */
export interface DataProduct {
  readonly productId: string;
  getSchema(signal?: AbortSignal): Promise<ProductSchema>;
  /** Shapes with counts and latencies of calls since the given instant. */
  getWorkload(since: Date, signal?: AbortSignal): Promise<Workload>;
  /** Bounded read-only query. */
  query(request: ConnectorQueryRequest, signal?: AbortSignal): Promise<ConnectorQueryResult>;
  /** Writes a table (all of it, or a seeded sample of at most rowsMax) to a Parquet file. */
  exportTable(
    table: string,
    options: { rowsMax: number; seed: number; file: string; signal?: AbortSignal },
  ): Promise<TableExport>;
  /** Runs statements in one transaction, once per operation id. Answers when they have ended. */
  execute(request: ConnectorExecuteRequest, signal?: AbortSignal): Promise<ConnectorOperation>;
  /** null when the product never saw this operation id: it has not run and can be sent. */
  getOperation(operationId: string, signal?: AbortSignal): Promise<ConnectorOperation | null>;
}
