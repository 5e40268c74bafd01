export { compilePlan } from "./compile-plan";
export { quoteIdentifier, quoteLiteral } from "./quote";
export { refreshSummarySql, SUMMARY_PREFIX } from "./summary-sql";
export { isIndexed } from "./table-changes";
