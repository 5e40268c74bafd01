import type {
  ConnectorQueryResult,
  LeftOut,
  ProductFaultCode,
  ProductSchema,
  TableSchema,
} from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import type { DataProduct } from "./port";
import { faultOf } from "./product-error";

/** Columns with at most this many values can become an ENUM: their values are read from the product. */
const ENUM_VALUES_MAX = 64;
/** Time for the values of one column, ms. */
const VALUES_MS_MAX = 5000;

interface ReadOptions {
  signal: AbortSignal;
  /** Tables that are asked for, in this order; left out: all. */
  tables?: readonly string[];
  /** No further column is asked for after so long, ms; left out: all are. */
  msMax?: number;
}

/** Values of text columns, and of how many of these columns they were not read. */
export interface DistinctValues {
  valuesOf: (table: string, column: string) => string[] | undefined;
  columns: LeftOut;
}

/**
 * Values of text columns that have few: an ENUM needs them, statistics do not hold them. A column whose
 * query takes too long, or is refused, is left out. Throws what the product throws otherwise.
 */
export async function readDistinctValues(
  product: DataProduct,
  schema: ProductSchema,
  { signal, tables, msMax = Number.POSITIVE_INFINITY }: ReadOptions,
): Promise<DistinctValues> {
  const values = new Map<string, string[]>();
  // A name may have dots of its own.
  const keyOf = (table: string, column: string) => JSON.stringify([table, column]);
  const byName = new Map(schema.tables.map((table) => [table.name, table]));
  const asked = tables?.flatMap((name) => byName.get(name) ?? []) ?? schema.tables;
  const columns = asked.flatMap(fewValuedColumns);
  const endMs = performance.now() + msMax;
  let read = 0;
  for (const { table, column } of columns) {
    if (performance.now() > endMs) break;
    const answer = await askForValues(product, { table, column, signal });
    if (answer === null) continue;
    read += 1;
    if (!answer.is_truncated)
      values.set(
        keyOf(table, column),
        answer.rows.map(([cell]) => String(cell)),
      );
  }
  return {
    valuesOf: (table, column) => values.get(keyOf(table, column)),
    columns: { left_out: columns.length - read, of: columns.length },
  };
}

/** Faults of one query: the next one may be answered. */
const OF_ONE_QUERY: ReadonlySet<ProductFaultCode> = new Set(["refused", "timed_out", "too_large"]);

/** null: the product has no answer to this one. */
async function askForValues(
  product: DataProduct,
  { table, column, signal }: { table: string; column: string; signal: AbortSignal },
): Promise<ConnectorQueryResult | null> {
  const name = quoteIdentifier(column);
  try {
    return await product.query(
      {
        sql: `SELECT DISTINCT ${name} FROM ${quoteIdentifier(table)} WHERE ${name} IS NOT NULL ORDER BY 1`,
        parameters: [],
        row_limit: ENUM_VALUES_MAX + 1,
        timeout_ms: VALUES_MS_MAX,
      },
      signal,
    );
  } catch (error) {
    const fault = faultOf(error);
    if (fault !== null && OF_ONE_QUERY.has(fault.code)) return null;
    throw error;
  }
}

function fewValuedColumns(table: TableSchema): { table: string; column: string }[] {
  return table.columns
    .filter(({ type, statistics }) => {
      const distinct = statistics?.distinct_count ?? 0;
      return type === "VARCHAR" && distinct > 0 && distinct <= ENUM_VALUES_MAX;
    })
    .map((column) => ({ table: table.name, column: column.name }));
}
