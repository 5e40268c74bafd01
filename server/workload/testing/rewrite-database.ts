import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { readCatalog, readViews } from "@/demo/connector/catalog";
import type { NormalizedQuery } from "../shape";

/** A private in-memory database that answers texts of one normalized query. */
export interface RewriteDatabase {
  connection: DuckDBConnection;
  /** The tables as a product tells them. */
  tables(): ReturnType<typeof readCatalog>;
  views(): ReturnType<typeof readViews>;
  close(): void;
}

export async function openRewriteDatabase(setup: readonly string[]): Promise<RewriteDatabase> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "512MB" });
  const connection = await instance.connect();
  for (const sql of setup) await connection.run(sql);
  return {
    connection,
    tables: () => readCatalog(connection),
    views: () => readViews(connection),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

export type Value = Extract<NormalizedQuery["parameters"][number], { from: "literal" }>["value"];

/** The values that a query was sent with; NULL where it had parameters of its own. */
export const valuesOf = ({ parameters }: NormalizedQuery): Value[] =>
  parameters.map((source) => (source.from === "literal" ? source.value : null));

const literal = (value: Value | undefined): string =>
  typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value ?? null);

/** The text with values in place of `$1..$n`. */
export const withValues = (sql: string, values: readonly Value[]): string =>
  sql.replace(/\$(\d+)/g, (_, number) => literal(values[Number(number) - 1]));

/** Column names, then the rows; in no order unless `isOrdered`. */
export async function readRows(
  connection: DuckDBConnection,
  sql: string,
  isOrdered = false,
  values?: readonly Value[],
): Promise<string[]> {
  const reader = await connection.runAndReadAll(sql, values && [...values]);
  const rows = reader.getRowsJson().map((row) => JSON.stringify(row.map(rounded)));
  const names = JSON.stringify(reader.columnNames());
  return [names, ...(isOrdered ? rows : rows.sort())];
}

/** No order fixes the last digits of a floating-point sum. */
const rounded = (cell: unknown): unknown =>
  typeof cell === "number" && !Number.isInteger(cell) ? Number(cell.toPrecision(12)) : cell;
