export { getProduct, lastContact, type ProductContact } from "./get-product";
export { listAudit } from "./list-audit";
export { listPatterns } from "./list-patterns";
export { observeProduct } from "./observe-product";
