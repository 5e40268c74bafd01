export { commentsSql, indexCommentSql } from "./comments-sql";
export { compilePlan } from "./compile-plan";
export { isUnmanaged } from "./managed-index";
export { quoteIdentifier, quoteLiteral } from "./quote";
export { refreshSummarySql, SUMMARY_PREFIX } from "./summary-sql";
export { isIndexed } from "./table-changes";
