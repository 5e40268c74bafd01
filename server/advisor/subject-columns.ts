import type { ColumnSchema, LeftOut, TableSchema } from "@/server/contracts";
import { columnNames } from "./shape-index";
import { type WorkloadQuery, weightsOf } from "./workload-query";

/** Changes are proposed for so many columns of a table: those whose queries weigh most. */
const COLUMNS_MAX = 200;

/** The columns to advise on, and how many that queries name were left out. */
export interface SubjectColumns {
  /** In the table's order; of a table that is none to advise on: none. */
  columnsOf: (table: TableSchema) => readonly ColumnSchema[];
  counted: LeftOut;
}

/** Columns that queries name, of these tables: only of them a change can be of use. */
export function chooseColumns(
  tables: readonly TableSchema[],
  queries: readonly WorkloadQuery[],
): SubjectColumns {
  const weights = weightsOf(queries);
  const chosen = new Map<TableSchema, ColumnSchema[]>();
  const counted: LeftOut = { left_out: 0, of: 0 };
  for (const table of tables) {
    const weightOf = new Map<string, number>();
    for (const [{ shape }, weight] of weights) {
      for (const name of columnNames(shape, table.name)) {
        weightOf.set(name, (weightOf.get(name) ?? 0) + weight);
      }
    }
    const named = table.columns.filter(({ name }) => weightOf.has(name));
    const columns = heaviest(named, weightOf);
    chosen.set(table, columns);
    counted.left_out += named.length - columns.length;
    counted.of += named.length;
  }
  return { columnsOf: (table) => chosen.get(table) ?? [], counted };
}

function heaviest(columns: ColumnSchema[], weights: ReadonlyMap<string, number>): ColumnSchema[] {
  if (columns.length <= COLUMNS_MAX) return columns;
  const weigh = ({ name }: ColumnSchema): number => weights.get(name) ?? 0;
  const kept = new Set([...columns].sort((a, b) => weigh(b) - weigh(a)).slice(0, COLUMNS_MAX));
  return columns.filter((column) => kept.has(column));
}
