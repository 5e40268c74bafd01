import type { ProductSchema, TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import type { DataProduct } from "./port";

/** Columns with at most this many values can become an ENUM: their values are read from the product. */
const ENUM_VALUES_MAX = 64;

/** Values of text columns that have few: an ENUM needs them, statistics do not hold them. */
export async function readDistinctValues(
  product: DataProduct,
  schema: ProductSchema,
  signal: AbortSignal,
): Promise<(table: string, column: string) => string[] | undefined> {
  const values = new Map<string, string[]>();
  // A name may have dots of its own.
  const keyOf = (table: string, column: string) => JSON.stringify([table, column]);
  for (const { table, column } of schema.tables.flatMap(fewValuedColumns)) {
    const name = quoteIdentifier(column);
    const answer = await product.query(
      {
        sql: `SELECT DISTINCT ${name} FROM ${quoteIdentifier(table)} WHERE ${name} IS NOT NULL ORDER BY 1`,
        parameters: [],
        row_limit: ENUM_VALUES_MAX + 1,
        timeout_ms: 5000,
      },
      signal,
    );
    if (!answer.is_truncated)
      values.set(
        keyOf(table, column),
        answer.rows.map(([cell]) => String(cell)),
      );
  }
  return (table, column) => values.get(keyOf(table, column));
}

function fewValuedColumns(table: TableSchema): { table: string; column: string }[] {
  return table.columns
    .filter(({ type, statistics }) => {
      const distinct = statistics?.distinct_count ?? 0;
      return type === "VARCHAR" && distinct > 0 && distinct <= ENUM_VALUES_MAX;
    })
    .map((column) => ({ table: table.name, column: column.name }));
}
