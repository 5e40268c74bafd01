import type { ColumnSchema, TableSchema } from "@/server/contracts";
import {
  INDEX_MATCHES_FRACTION,
  INDEX_MATCHES_MIN,
  INDEX_SPEEDUPS,
  INDEX_UNUSED,
} from "./measured-facts";

export interface IndexEstimate {
  /** Rows one equality search finds if values are spread evenly; null while unknown. */
  matches: number | null;
  /** Most rows DuckDB fetches through an index; null while the table's size is unknown. */
  matchesMax: number | null;
  prior: number;
  gain: number;
}

const NEAR_UNIQUE_TYPES: Readonly<Record<string, number>> = {
  UUID: 0.5,
  BIGINT: 0.3,
  HUGEINT: 0.3,
  INTEGER: 0.25,
  VARCHAR: 0.2,
};

/** Most values a column of the type can have; null: no narrow bound. */
export function typeValues(type: string): number | null {
  const name = type.toUpperCase().trim();
  if (/^BOOL(EAN)?$/.test(name)) return 2;
  if (/^U?TINYINT$/.test(name)) return 256;
  return /^ENUM\s*\(/.test(name) ? (type.match(/'(?:[^']|'')*'/g) ?? []).length : null;
}

/**
 * Chance and size of an index's gain for equality searches.
 *
 * Known cardinality: rows that match = rows with a value ÷ distinct values (no equality finds NULL);
 * below DuckDB's limit the speed-up is read off our measurements (log-log interpolation), above it
 * the index is not used: chance 2%.
 * Unknown: the chance that a column of this type is near-unique (a convention, not a measurement),
 * and the gain of the middle measurement, 30 matching rows.
 */
export function estimateIndex(table: TableSchema, column: ColumnSchema): IndexEstimate {
  const rows = table.row_count;
  const distinct = column.statistics?.distinct_count ?? 0;
  const isKnown = rows > 0 && distinct > 0;
  const values = Math.max(1, Math.min(distinct, typeValues(column.type) ?? distinct));
  const matchesMax = rows > 0 ? Math.max(INDEX_MATCHES_MIN, rows * INDEX_MATCHES_FRACTION) : null;
  if (!isKnown || matchesMax === null) {
    const prior = NEAR_UNIQUE_TYPES[column.type.toUpperCase()] ?? 0.1;
    return { matches: null, matchesMax, prior, gain: 1 - 1 / speedupAt(30) };
  }
  const filled = 1 - (column.statistics?.null_fraction ?? 0);
  const matches = Math.max(1, (rows * filled) / values);
  if (matches > matchesMax) return { matches, matchesMax, ...INDEX_UNUSED };
  const gain = 1 - 1 / speedupAt(matches);
  return { matches, matchesMax, prior: 0.3 + 0.6 * gain, gain };
}

function speedupAt(matches: number): number {
  const log = Math.log(Math.max(1, matches));
  for (let index = 1; index < INDEX_SPEEDUPS.length; index++) {
    const [low, high] = [INDEX_SPEEDUPS[index - 1], INDEX_SPEEDUPS[index]];
    if (!low || !high || matches > high.matches) continue;
    const part = (log - Math.log(low.matches)) / (Math.log(high.matches) - Math.log(low.matches));
    return Math.exp(Math.log(low.speedup) * (1 - part) + Math.log(high.speedup) * part);
  }
  return 1;
}
