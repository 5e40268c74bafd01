import type { WorkloadQuery } from "@/server/advisor";
import type { Candidate, Change, TableSchema } from "@/server/contracts";

/** A candidate of a suggestion with what was known of it. */
export interface Subject {
  family: string;
  candidate: Candidate;
  tables: readonly TableSchema[];
  queries: readonly WorkloadQuery[];
}

/**
 * Today's tables as they were before the change: where it was executed, its own index or type would
 * answer the question that is asked about it.
 */
export function withoutChange(tables: readonly TableSchema[], change: Change): TableSchema[] {
  return tables.map((table) => {
    if (table.name !== change.table) return table;
    if (change.kind === "add_index") {
      const isOwn = (columns: string[]) => columns.length === 1 && columns[0] === change.column;
      return { ...table, indexes: table.indexes.filter(({ columns }) => !isOwn(columns)) };
    }
    if (change.kind !== "change_type") return table;
    const columns = table.columns.map((column) =>
      column.name === change.column ? { ...column, type: change.from } : column,
    );
    return { ...table, columns };
  });
}
