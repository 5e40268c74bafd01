export { exportAudit } from "./export-audit";
export {
  findOwnSchema,
  getProduct,
  lastContact,
  noteProofFault,
  type ProductContact,
} from "./get-product";
export { listAudit, listAuditActions } from "./list-audit";
export { observeProduct } from "./observe-product";
export { listPatterns } from "./patterns";
export {
  followMix,
  judgeReadiness,
  mixDistance,
  mixOf,
  type ReadinessLimits,
} from "./workload-mix";
