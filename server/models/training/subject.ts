import { kindOf, type WorkloadQuery } from "@/server/advisor";
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
  return tables.map((table) =>
    table.name === change.table ? kindOf(change).schemaBefore(change, table) : table,
  );
}
