import type {
  ConnectorExecuteRequest,
  ConnectorOperation,
  ConnectorQueryRequest,
  ConnectorQueryResult,
  ProductFault,
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

/** A schema without the tables, views and figures that break the contract. */
export type ObservedSchema = ProductSchema & {
  /** Which there are, and what is wrong with the first; left out: none. */
  left_out?: ProductFault;
};

/** A workload without the rows that break the contract. */
export type ProductWorkload = Workload & {
  /** How many there were, and what is wrong with the first; left out: none. `calls`: theirs, where told. */
  left_out?: { fault: ProductFault; calls: number };
};

/**
 * The one way the sidecar reaches a data product. Every method throws AppError, with the fault
 * (`faultOf`) where the product has one:
 * - `product_unreachable` (no connection, broken off, 5xx: worth a retry), `product_timeout`;
 * - `product_refused` (4xx, and a query that took too long: it certainly did nothing);
 * - `product_invalid` (an answer that breaks the contract: of an execution, the outcome is not known);
 * - `schema_changed` (execute with a fingerprint that is no longer true; nothing ran).
 */
export interface DataProduct {
  readonly productId: string;
  /** Where it is asked, for messages; left out where no HTTP lies between. */
  readonly baseUrl?: string;
  getSchema(signal?: AbortSignal): Promise<ObservedSchema>;
  /** Shapes with counts and latencies of calls since the given instant. */
  getWorkload(since: Date, signal?: AbortSignal): Promise<ProductWorkload>;
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
