/**
 * DuckDB 1.5.6 as we measured it on two cores, and as its documentation states it (performance
 * guides: indexing, schema, tuning workloads; sql/indexes). Estimates are interpolated from these
 * and from nothing else.
 */
export const ROW_GROUP_ROWS = 122_880;
/** Rows of one vector, DuckDB's unit of execution (STANDARD_VECTOR_SIZE): read in one step. */
export const VECTOR_ROWS = 2048;

/** An ART index is tried only when at most max(2048, 0.1% of the rows) match. */
export const INDEX_MATCHES_MIN = 2048;
export const INDEX_MATCHES_FRACTION = 0.001;
/** A type of fewer values: each is more than 0.1% of the rows, if they are spread evenly. */
export const INDEX_VALUES_MIN = 1 / INDEX_MATCHES_FRACTION;
/** What is left of the chance and gain of an index that DuckDB does not look into. */
export const INDEX_UNUSED = { prior: 0.02, gain: 0.02 } as const;

/**
 * Speed-up of an equality search by an index, by rows that match. Near-unique VARCHAR: 28 → 0.7 ms;
 * 100,000 values on 3 M rows (30 match): 7.4 → 2.1 ms; at the limit the index is no longer worth it.
 */
export const INDEX_SPEEDUPS = [
  { matches: 1, speedup: 40 },
  { matches: 30, speedup: 3.5 },
  { matches: INDEX_MATCHES_MIN, speedup: 1 },
] as const;

/** Index on a column of 3 values, 3 M rows: 122 → 316 ms. */
export const INDEX_LOW_CARDINALITY_SLOWDOWN = 2.6;
/** Inserts of 500,000 rows took this many times as long with one index. */
export const INDEX_INSERT_COST = 2.0;
/** Range over 0.05% of 5 M rows in stored order: 7.25 → 1.01 ms; over 3 M rows: 113 → 9 ms. */
export const ORDER_TIME_FLOOR = 0.05;
/**
 * Rows a value (mean) between which a column stored in its own order costs queries that read it of rows
 * here and there: DuckDB then keeps it as runs (RLE), not as packed bits. 600,000 rows, one thread, largest
 * key of the rows whose other key joins 4% of a table: 8.1 ms unordered, 8.2 with 8 rows a value,
 * 10.4–11.0 with 16 to 2000, 9.9 with 3000, 8.1 with 10,000; ordered by ranges of the key 7.9–8.3.
 */
export const RUN_ROWS = { min: 16, max: 4096 } as const;

/** GROUP BY VARCHAR → ENUM: 20.4 → 10.2 ms. */
export const ENUM_GROUP_GAIN = 0.5;
/** Average over dates held as VARCHAR → TIMESTAMP: 192 → 13 ms. */
export const DATE_CAST_GAIN = 0.93;
/** Joins on BIGINT rather than VARCHAR: 2.1 → 1.2 s (documentation); taken for UUID too. */
export const KEY_TYPE_GAIN = 0.43;

/** Share of rows a range filter keeps when its bounds are unknown: one bound, two bounds. */
export const RANGE_FRACTION = { oneBound: 0.3, twoBounds: 0.1 } as const;

/**
 * Time of a grouped query on a summary, as a share of its time on the table: 3 M rows to 26,400
 * (0.9%) 102 → 4.0 ms; to 100,000 (3.3%) 72 → 5.5 ms; 1 M rows to 100,000 (10%) 31 → 4.5 ms.
 */
export const SUMMARY_TIME = { floor: 0.03, perRowShare: 1.2 } as const;

/** A summary of more of the table's rows than this is not offered: the less, the more it saves. */
export const SUMMARY_ROW_SHARE_MAX = 0.1;

/** Of 100,000 rows a grouped query took 3–8 ms; of a tenth of that nothing worth a table is left. */
export const SUMMARY_TABLE_ROWS_MIN = 10_000;

/** Building a summary of 3 M rows took 71–546 ms, by keys and measures: per row. */
export const SUMMARY_BUILD_NS = { low: 24, high: 182 } as const;
