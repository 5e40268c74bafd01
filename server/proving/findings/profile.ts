import type { ColumnSchema, TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import type { LoadedTable, Session } from "../measure/shadow";
import { countAll } from "./count";

export interface ColumnProfile {
  column: ColumnSchema;
  /** Rows with a value. */
  present: number;
  /**
   * HyperLogLog, for sorting out only: on 1.5.6 it answered 2.39 M for 3 M different UUIDs. Equal
   * columns have equal estimates.
   */
  distinctEstimate: number;
}

/** A table of the shadow, with what one scan counted. */
export interface Subject {
  table: TableSchema;
  /** As SQL. */
  name: string;
  rows: number;
  rowsTotal: number;
  /** All rows of the product's table are on the shadow. */
  isWhole: boolean;
  columns: ColumnProfile[];
}

/** Counts values and estimates distinct ones of all columns, in one scan (1 M rows, 11 columns: 0.4 s). */
export async function readSubject(
  session: Session,
  { table, exported }: LoadedTable,
): Promise<Subject> {
  const name = quoteIdentifier(table.name);
  const cells = table.columns.flatMap((column) => {
    const sql = quoteIdentifier(column.name);
    return [`count(${sql})`, `approx_count_distinct(${sql})`];
  });
  const [rows = 0, ...counts] = await countAll(session, name, ["count(*)", ...cells]);
  return {
    table,
    name,
    rows,
    rowsTotal: exported.rowsTotal,
    isWhole: exported.method === "all",
    columns: table.columns.map((column, index) => ({
      column,
      present: counts[2 * index] ?? 0,
      distinctEstimate: counts[2 * index + 1] ?? 0,
    })),
  };
}
