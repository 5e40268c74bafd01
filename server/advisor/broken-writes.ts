import type { Change } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { kindOf } from "./change-kinds";
import type { AdviceInput } from "./kind-spec";
import { referencedTable } from "./plan/table-sql";
import { assignsColumn, type WorkloadQuery, writesTo } from "./workload-query";

/**
 * Why an index that a change creates would make observed writes fail; null where none is known to.
 * DuckDB updates an indexed column by deleting the row and inserting it again, and a foreign key of
 * another table forbids the delete while it refers to the row. A UNIQUE or PRIMARY KEY is an index too.
 */
export function brokenWrites(
  { tables, queries }: Pick<AdviceInput, "tables" | "queries">,
  change: Change,
): string | null {
  const column = kindOf(change).indexedColumn(change);
  const { table } = change;
  if (column === null) return null;
  const refersHere = tables.find(({ constraints }) =>
    constraints.some((constraint) => referencedTable(constraint) === table.toLowerCase()),
  );
  if (refersHere === undefined) return null;
  const breaking = queries.filter(
    (query) => writesTo(query, table) && assigns(query, table, column),
  );
  if (breaking.length === 0) return null;
  return `The workload updates ${column} (${formatPlural(breaking.length, "write shape")}), and a foreign key of ${refersHere.name} points to ${table}: DuckDB updates an indexed column by delete and insert, which fails for every row that is referenced.`;
}

/** An update, an upsert or a MERGE that assigns the column; a replaced row gets all of them. */
const assigns = (query: WorkloadQuery, table: string, column: string): boolean =>
  /\binsert\s+or\s+replace\b/i.test(query.shape.sql) || assignsColumn(query, table, column);
