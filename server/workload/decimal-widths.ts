/** A parameter under the type of a decimal literal, as a normalized text has it. */
const TYPED_DECIMAL = /CAST\(\$(\d+) AS DECIMAL\((\d+),(\d+)\)\)/g;
/** DuckDB's widest. */
const WIDTH_MAX = 38;

/** A normalized text without the widths of its decimals: `> 9.5` and `> 10.25` are one question. */
export const withoutWidths = (sql: string): string =>
  sql.replace(TYPED_DECIMAL, "CAST($$$1 AS DECIMAL)");

/**
 * One of two normalized texts of a shape, its decimals as wide as either text has them, so that the
 * parameters of both can be bound. Beside a column that is as wide, DuckDB plans it as before.
 */
export function widenDecimals(sql: string, other: string): string {
  const widths = new Map<string, { digits: number; scale: number }>();
  for (const [, number = "", width, scale] of other.matchAll(TYPED_DECIMAL)) {
    widths.set(number, { digits: Number(width) - Number(scale), scale: Number(scale) });
  }
  return sql.replace(TYPED_DECIMAL, (typed, number: string, width: string, scale: string) => {
    const known = widths.get(number);
    if (known === undefined) return typed;
    const digits = Math.max(known.digits, Number(width) - Number(scale));
    const scaleMax = Math.max(known.scale, Number(scale));
    if (digits + scaleMax > WIDTH_MAX) return typed;
    return `CAST($${number} AS DECIMAL(${digits + scaleMax},${scaleMax}))`;
  });
}
