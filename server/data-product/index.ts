export { createConnectorClient } from "./connector-client";
export type { DataProduct, TableExport } from "./port";
export { readDistinctValues } from "./read-distinct-values";
