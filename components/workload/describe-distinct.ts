import type { ColumnSchema, TableSchema } from "@/server/contracts";
import { formatCount } from "@/server/format";

/** Whether a key or unique index lets no two rows have the same value of this column. */
function isUnique({ constraints, indexes }: TableSchema, column: ColumnSchema): boolean {
  const keys = [
    ...constraints.filter(({ type }) => type === "PRIMARY KEY" || type === "UNIQUE"),
    ...indexes.filter(({ is_unique }) => is_unique),
  ];
  return keys.some(({ columns }) => columns.length === 1 && columns[0] === column.name);
}

function isWithoutNulls({ constraints }: TableSchema, column: ColumnSchema): boolean {
  const isPrimaryKey = constraints.some(
    ({ type, columns }) => type === "PRIMARY KEY" && columns.includes(column.name),
  );
  return isPrimaryKey || !column.nullable;
}

/**
 * How many distinct values a column has: the number of rows where a key proves it, else the product's
 * estimate, marked as one (`≈ 1,200`).
 */
export function describeDistinct(table: TableSchema, column: ColumnSchema): string {
  if (isUnique(table, column) && isWithoutNulls(table, column)) return formatCount(table.row_count);
  if (column.statistics === null) return "–";
  return `≈ ${formatCount(Math.min(column.statistics.distinct_count, table.row_count))}`;
}
