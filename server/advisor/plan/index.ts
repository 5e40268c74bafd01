export { compilePlan } from "./compile-plan";
export { isUnmanaged } from "./managed-index";
export { quoteIdentifier, quoteLiteral } from "./quote";
export { isIndexed } from "./table-changes";
