export { compilePlan } from "./compile-plan";
export { quoteIdentifier, quoteLiteral } from "./quote";
export { isIndexed } from "./table-changes";
