import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";
import type { ColumnStatistics } from "@/server/contracts";
import { shortHash } from "@/server/platform";
import type { ConnectionPool } from "../engine/connections";
import { quoteName, quoteText } from "../engine/statement";
import { type CatalogTable, readRows } from "./catalog";
import { type DataState, sizeBucket } from "./data-state";

/**
 * Statistics by table. A new data version is measured in the background; a table of the same
 * columns and about the same size keeps its former ones until then (a new index or row order does
 * not change them), so that only a table never measured makes its reader wait.
 */
export class StatisticsCache {
  private readonly measured = new Map<string, { key: string; statistics: TableStatistics }>();
  private version = "";
  private under: Promise<void> = Promise.resolve();

  constructor(private readonly pool: ConnectionPool) {}

  async read(catalog: CatalogTable[], state: DataState): Promise<Map<string, TableStatistics>> {
    if (this.version !== state.dataVersion) this.refresh(catalog, state);
    const isKnown = (table: CatalogTable) =>
      this.measured.get(table.name)?.key === keyOf(table, state);
    if (!catalog.every(isKnown)) await this.settled();
    return new Map([...this.measured].map(([name, { statistics }]) => [name, statistics]));
  }

  async settled(): Promise<void> {
    await this.under.catch(() => undefined);
  }

  private refresh(catalog: CatalogTable[], state: DataState): void {
    this.version = state.dataVersion;
    this.under = this.pool.use(async (connection) => {
      for (const table of catalog) {
        const rowCount = state.rowCounts.get(table.name) ?? 0;
        const statistics = await readStatistics(connection, table, rowCount);
        this.measured.set(table.name, { key: keyOf(table, state), statistics });
      }
      const names = new Set(catalog.map((table) => table.name));
      for (const name of this.measured.keys()) if (!names.has(name)) this.measured.delete(name);
    });
    // A failed measurement (a table dropped meanwhile) is not remembered: the next read measures.
    this.under.catch(() => {
      this.version = "";
    });
  }
}

function keyOf(table: CatalogTable, state: DataState): string {
  return shortHash(
    JSON.stringify([
      table.columns.map(({ name, type }) => [name, type]),
      sizeBucket(state.rowCounts.get(table.name) ?? 0),
    ]),
  );
}

/** Up to here every row is read (3 M rows of 11 columns: 1.1 s); beyond, distincts are sampled. */
const EXACT_ROWS_MAX = 4_000_000;
const SAMPLE_ROWS = 200_000;
/** HyperLogLog miscounts few values (it took three statuses for two); these are counted exactly. */
const FEW_VALUES_MAX = 1000;

export interface TableStatistics {
  estimatedBytes: number;
  columns: Map<string, ColumnStatistics>;
}

const Cell = z.object({
  distinct_count: z.coerce.number(),
  present: z.coerce.number(),
  min: z.string().nullable(),
  max: z.string().nullable(),
});

/** Distinct values (HyperLogLog, or scaled from a sample), nulls, minimum and maximum by column. */
async function readStatistics(
  connection: DuckDBConnection,
  table: CatalogTable,
  rowCount: number,
): Promise<TableStatistics> {
  const columns = new Map<string, ColumnStatistics>();
  for (const { name } of table.columns) {
    columns.set(name, await readColumn(connection, table.name, name, rowCount));
  }
  return { estimatedBytes: await readBytes(connection, table.name), columns };
}

async function readColumn(
  connection: DuckDBConnection,
  table: string,
  column: string,
  rowCount: number,
): Promise<ColumnStatistics> {
  const name = quoteName(column);
  const isExact = rowCount <= EXACT_ROWS_MAX;
  const [cell] = await readRows(
    connection,
    Cell,
    `
    SELECT ${isExact ? `approx_count_distinct(${name})` : "0"} AS distinct_count,
      count(${name}) AS present, min(${name})::VARCHAR AS min, max(${name})::VARCHAR AS max
    FROM ${quoteName(table)}`,
  );
  if (!cell) throw new Error(`No statistics of ${table}.${column}.`);
  const distinct = isExact
    ? await refineDistinct(connection, table, column, cell.distinct_count)
    : await sampleDistinct(connection, table, column, cell.present);
  return {
    // HyperLogLog may answer a few per cent more than there are values.
    distinct_count: Math.min(Math.round(distinct), cell.present),
    null_fraction: rowCount === 0 ? 0 : Math.min(1, Math.max(0, 1 - cell.present / rowCount)),
    min: cell.min,
    max: cell.max,
  };
}

async function refineDistinct(
  connection: DuckDBConnection,
  table: string,
  column: string,
  approximate: number,
): Promise<number> {
  if (approximate > FEW_VALUES_MAX) return approximate;
  const [row] = await readRows(
    connection,
    z.object({ n: z.coerce.number() }),
    `SELECT count(DISTINCT ${quoteName(column)}) AS n FROM ${quoteName(table)}`,
  );
  return row?.n ?? approximate;
}

async function sampleDistinct(
  connection: DuckDBConnection,
  table: string,
  column: string,
  present: number,
): Promise<number> {
  const percent = Math.min(100, (100 * SAMPLE_ROWS) / Math.max(1, present));
  const name = quoteName(column);
  const [row] = await readRows(
    connection,
    z.object({ rows: z.coerce.number(), distinct: z.coerce.number(), once: z.coerce.number() }),
    `SELECT coalesce(sum(n), 0) AS rows, count(*) AS "distinct", count(*) FILTER (n = 1) AS once
     FROM (SELECT count(*) AS n FROM
       (SELECT ${name} AS v FROM ${quoteName(table)} TABLESAMPLE SYSTEM (${percent}%))
       WHERE v IS NOT NULL GROUP BY v)`,
  );
  return row ? estimateDistinct({ ...row, total: present }) : 0;
}

/** Bytes of the blocks the table's columns occupy on disk; rows not yet checkpointed are not in it. */
async function readBytes(connection: DuckDBConnection, table: string): Promise<number> {
  const [row] = await readRows(
    connection,
    z.object({ bytes: z.coerce.number() }),
    `SELECT count(DISTINCT block_id) * (SELECT block_size FROM pragma_database_size()
       WHERE database_name = current_database()) AS bytes
     FROM pragma_storage_info(${quoteText(table)}) WHERE block_id >= 0`,
  );
  return row?.bytes ?? 0;
}

/**
 * Distinct values of a whole column from a sample: the Duj1 estimator of Haas and Stokes, which
 * PostgreSQL's ANALYZE uses. `once`: values seen exactly once in the sample of `rows` rows.
 */
export function estimateDistinct(sample: {
  rows: number;
  distinct: number;
  once: number;
  total: number;
}): number {
  const { rows, distinct, once, total } = sample;
  if (rows === 0 || total === 0) return 0;
  if (rows >= total) return Math.min(distinct, total);
  const denominator = rows - once + (once * rows) / total;
  return Math.min(total, Math.max(distinct, (rows * distinct) / denominator));
}
