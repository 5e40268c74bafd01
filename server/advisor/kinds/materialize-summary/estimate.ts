import type { CalendarUnit, TableSchema } from "@/server/contracts";
import { SUMMARY_BUILD_NS, SUMMARY_TIME } from "../../measured-facts";
import { UNIT_MS } from "../../range-estimate";
import { findColumn } from "../../table-schema";

interface SummaryKey {
  name: string;
  column: string;
  unit: CalendarUnit | null;
}

/**
 * Rows a summary would have at most, by statistics: the product of the keys' distinct values (of
 * several keys of one column only the finest counts), capped by the table's rows. null: not known.
 */
export function estimateSummaryRows(
  table: TableSchema,
  keys: readonly SummaryKey[],
): number | null {
  if (table.row_count === 0) return null;
  const finest = new Map<string, number>();
  for (const key of keys) {
    const values = distinctValues(table, key);
    if (values === null) return null;
    finest.set(key.column, Math.max(values, finest.get(key.column) ?? 1));
  }
  const product = [...finest.values()].reduce((rows, values) => rows * values, 1);
  return Math.min(product, table.row_count);
}

function distinctValues(table: TableSchema, key: SummaryKey): number | null {
  const statistics = findColumn(table, key.column)?.statistics;
  if (!statistics) return null;
  const spanMs = Date.parse(statistics.max ?? "") - Date.parse(statistics.min ?? "");
  const isCut = key.unit !== null && Number.isFinite(spanMs);
  const units = isCut && key.unit ? Math.ceil(spanMs / UNIT_MS[key.unit]) + 1 : Infinity;
  const values = Math.max(1, Math.min(statistics.distinct_count, units));
  return values + (statistics.null_fraction > 0 ? 1 : 0);
}

/** Part of its time a grouped query saves, 0..1, by the share of the table's rows a summary has. */
export function summaryGain(rows: number, tableRows: number): number {
  const left = SUMMARY_TIME.floor + (SUMMARY_TIME.perRowShare * rows) / tableRows;
  return Math.max(0, 1 - left);
}

/** Time to build the summary, ms, from least to most as measured. */
export function summaryBuildMs(tableRows: number): { low: number; high: number } {
  return {
    low: (tableRows * SUMMARY_BUILD_NS.low) / 1e6,
    high: (tableRows * SUMMARY_BUILD_NS.high) / 1e6,
  };
}
