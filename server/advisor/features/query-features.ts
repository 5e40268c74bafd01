import type { ColumnSchema, TableSchema } from "@/server/contracts";
import { estimateRange } from "../range-estimate";
import { isIndexed } from "../table-schema";
import type { WorkloadQuery } from "../workload-query";
import { filtersOn, isPointFilter, isRangeFilter } from "../workload-query";
import type { CandidateFeatures, ColumnUse } from "./types";

interface Subject {
  table: TableSchema;
  column: ColumnSchema | null;
}

interface Ref {
  table: string;
  column: string;
}

/** A query as a candidate on `subject` meets it; an unknown query has no features. */
export function queryFeatures(
  query: WorkloadQuery | undefined,
  { table, column }: Subject,
  tables: readonly TableSchema[],
): CandidateFeatures["query"] {
  if (query === undefined) return NOTHING;
  const { shape, pattern } = query;
  const isHere = (ref: Ref): boolean => ref.table === table.name && ref.column === column?.name;
  const others = shape.filters.filter((each) => each.table === table.name && !isHere(each));
  const otherRows = tables
    .filter(({ name }) => name !== table.name && shape.tables.includes(name))
    .map((each) => each.row_count);
  return {
    uses: column === null ? [] : usesOf(query, isHere),
    values: shape.filters.filter(isHere).reduce((sum, each) => sum + each.parameters.length, 0),
    is_wrapped: shape.filters.some((each) => each.wrappedBy !== null),
    range_share: column === null ? null : rangeShare(query, table, column),
    other_filters: others.length,
    other_indexed: others.filter((each) => isPointFilter(each) && isIndexed(table, each.column))
      .length,
    tables: shape.tables.length,
    other_rows: Math.max(0, ...otherRows),
    joins: shape.joins.length,
    groups: shape.groupBy.length,
    orders: shape.orderBy.length,
    limit: shape.limit,
    is_star: shape.selectsStar,
    projected: shape.projected.length,
    aggregates: shape.aggregates.length,
    mean_ms: pattern.mean_ms,
  };
}

const NOTHING: CandidateFeatures["query"] = {
  ...{ uses: [], values: 0, is_wrapped: false, range_share: null },
  ...{ other_filters: 0, other_indexed: 0, tables: 0, other_rows: 0, joins: 0, groups: 0 },
  ...{ orders: 0, limit: null, is_star: false, projected: 0, aggregates: 0, mean_ms: 0 },
};

function usesOf({ shape }: WorkloadQuery, isHere: (ref: Ref) => boolean): ColumnUse[] {
  const filters = shape.filters
    .filter(isHere)
    .map((each): ColumnUse => (each.operator === "like_prefix" ? "prefix" : each.operator));
  const found: ColumnUse[] = [...filters];
  if (shape.joins.some(({ left, right }) => isHere(left) || isHere(right))) found.push("join");
  if (shape.groupBy.some(isHere)) found.push("group");
  if (shape.orderBy.some(isHere)) found.push("order");
  if (found.length === 0 && shape.projected.some(isHere)) found.push("project");
  return [...new Set(found)];
}

function rangeShare(query: WorkloadQuery, table: TableSchema, column: ColumnSchema) {
  if (filtersOn(query, table.name, column.name, isRangeFilter).length === 0) return null;
  const { fraction, isFromData } = estimateRange(query, table.name, column);
  return isFromData ? fraction : null;
}
