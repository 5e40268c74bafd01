export { compilePlan } from "./compile-plan";
export { quoteIdentifier, quoteLiteral } from "./quote";
export { generatedColumns, isIndexed, referencingTable } from "./table-changes";
