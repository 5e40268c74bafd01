export { commentsSql, indexCommentSql } from "./comments-sql";
export { compilePlan } from "./compile-plan";
export { isUnmanaged } from "./managed-index";
export { refreshSummarySql, SUMMARY_PREFIX } from "./summary-sql";
export { isIndexed } from "./table-changes";
