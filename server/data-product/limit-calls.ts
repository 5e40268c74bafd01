import type { DataProduct } from "./port";

/**
 * The product with every call ended when `end` aborts: with `AbortSignal.timeout`, all of them share one
 * time, and a call that outlasts it throws `product_timeout` with its address.
 */
export function limitCalls(product: DataProduct, end: AbortSignal): DataProduct {
  const within = (signal?: AbortSignal) => (signal ? AbortSignal.any([signal, end]) : end);
  return {
    ...product,
    getSchema: (signal) => product.getSchema(within(signal)),
    getWorkload: (since, signal) => product.getWorkload(since, within(signal)),
    query: (request, signal) => product.query(request, within(signal)),
    exportTable: (table, options) =>
      product.exportTable(table, { ...options, signal: within(options.signal) }),
    execute: (request, signal) => product.execute(request, within(signal)),
    getOperation: (operationId, signal) => product.getOperation(operationId, within(signal)),
  };
}
