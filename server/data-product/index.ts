export { checkConnector, checkDataVersion } from "./check-connector";
export { compareSchemas } from "./compare-schemas";
export { connectProduct } from "./connect-product";
export { createConnectorClient } from "./connector-client";
export { limitCalls } from "./limit-calls";
export {
  checkConnection,
  connectDataProduct,
  disconnectProduct,
  pauseProduct,
  resumeProduct,
} from "./manage-connections";
export type { DataProduct, ObservedSchema, ProductWorkload, TableExport } from "./port";
export { faultOf, placeFor, placeOf, productError } from "./product-error";
export { readDistinctValues } from "./read-distinct-values";
export { applyServedProduct, followServedProduct, isProductPaused } from "./served-product";
