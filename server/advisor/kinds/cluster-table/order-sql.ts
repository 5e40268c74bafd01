import type { ClusterTableChange, OrderStep } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";

/** 2^8 steps a key: 65,536 cells over two keys, more than row groups in any table we can rebuild. */
const BITS = 8;

/**
 * Sort terms that store `source` along the keys: one after the other, or along a space-filling
 * curve (Morton 1966, Z-order), on which rows near in every key are near in storage.
 *
 * The curve's place of a row is its rank in each key, cut to 256 steps (ranks rather than values,
 * so that skew, text and dates need no other treatment; ties share a rank, NULLs come last), bits
 * interleaved; rows of one cell are sorted by the keys. Deterministic: no sampling, no sketches.
 *
 * Measured on DuckDB 1.5.6, one thread, 3 M rows of 8 columns (24.4 row groups), independent keys:
 * writing took 9.1 s against 5.1–6.6 s for one key after the other and 3.8 s for a plain copy.
 * Row groups read, and median time, of a range over 0.3% of the days and over 0.5% of the
 * customers:
 *
 *     unordered          24.4 (12.5 ms)   24.4 (19.0 ms)
 *     customer, day      24.4 (20.1 ms)    1.0  (1.3 ms)
 *     day, customer       1.0  (1.2 ms)   24.4 (22.1 ms)
 *     morton              7.0  (2.9 ms)   10.0  (3.7 ms)
 *
 * Buckets of sampled quantiles looked up in a list skip as much and took 17.6 s to write.
 *
 * Or by ranges of one key, rows of a range in the order they are stored in (see RUN_ROWS).
 */
export function orderBySql(order: ClusterTableChange): string {
  const keys = order.keys.map((key) => `source.${quoteIdentifier(key)}`);
  if (order.step !== undefined) return `${rangeSql(keys.join(), order.step)}, source.rowid`;
  if (order.curve === undefined || keys.length < 2) return keys.join(", ");
  return [curveSql(keys), ...keys].join(", ");
}

/** The number of a range, or its first moment. */
function rangeSql(key: string, step: OrderStep): string {
  return typeof step === "number" ? `${key} // ${step}` : `date_trunc('${step}', ${key})`;
}

function curveSql(keys: string[]): string {
  const places = keys.flatMap((key, index) => {
    const rank = `(rank() OVER (ORDER BY ${key} NULLS LAST) - 1)`;
    const step = `(${rank} * ${2 ** BITS} // count(*) OVER ())`;
    return Array.from(
      { length: BITS },
      (_, bit) => `((${step} >> ${bit} & 1) << ${bit * keys.length + keys.length - 1 - index})`,
    );
  });
  return places.join(" | ");
}
