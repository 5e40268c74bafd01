import type { WorkloadQuery } from "@/server/advisor";
import type { Change, TableSchema } from "@/server/contracts";
import { takeCompatible } from "./compatible";

/** What a naive advisor does: an index on every column that a query filters on. */
export function indexEverything(tables: TableSchema[], queries: WorkloadQuery[]): Change[] {
  const columns = new Map<string, Change>();
  for (const { shape } of queries) {
    for (const { table, column } of shape.filters) {
      columns.set(JSON.stringify([table, column]), { kind: "add_index", table, column });
    }
  }
  return takeCompatible(tables, [...columns.values()]);
}
