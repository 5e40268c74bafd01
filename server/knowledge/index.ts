export { exportAudit } from "./export-audit";
export {
  findOwnSchema,
  getProduct,
  lastContact,
  noteProofFault,
  type ProductContact,
} from "./get-product";
export { listAudit, listAuditActions } from "./list-audit";
export { listProducts } from "./list-products";
export { observeProduct } from "./observe-product";
export { listPatterns } from "./patterns";
export { listRetention, setRetention } from "./retention";
export {
  followMix,
  judgeReadiness,
  mixDistance,
  mixOf,
  type ReadinessLimits,
} from "./workload-mix";
