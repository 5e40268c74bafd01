import type { CalendarUnit, ColumnSchema } from "@/server/contracts";
import type { FilterFeature } from "@/server/workload/shape";
import { ORDER_TIME_FLOOR, RANGE_FRACTION, ROW_GROUP_ROWS } from "./measured-facts";
import { filtersOn, isRangeFilter, sampleValues, type WorkloadQuery } from "./workload-query";

const DAY_MS = 86_400_000;

/** Least length of each calendar unit, ms. */
export const UNIT_MS: Readonly<Record<CalendarUnit, number>> = {
  year: 365 * DAY_MS,
  quarter: 90 * DAY_MS,
  month: 28 * DAY_MS,
  week: 7 * DAY_MS,
  day: DAY_MS,
  hour: DAY_MS / 24,
};

/** A bound or extreme as a number (days count as milliseconds); null when it is no such thing. */
export function scalarOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.trim() === "") return null;
  const number = Number(value);
  if (Number.isFinite(number)) return number;
  const instant = /^\d{4}-\d{2}-\d{2}/.test(value)
    ? Date.parse(value.replace(" ", "T"))
    : Number.NaN;
  return Number.isNaN(instant) ? null : instant;
}

const valueAt = (sample: readonly unknown[], number: number | null | undefined): number | null =>
  number ? scalarOf(sample[number - 1]) : null;

/** Parameters of all the lower (or upper) ends that filters give; null: an end of unknown value. */
function boundsOf(filters: readonly FilterFeature[], end: "lower" | "upper"): (number | null)[] {
  const giving = filters.filter((each) => each.end === end || each.end === "both");
  return giving.map(({ end: given, parameters: [first = null, second = null] }) => {
    if (given !== "both") return first;
    // Of one parameter it is not known which end is an expression.
    return second !== null && end === "lower" ? first : second;
  });
}

interface RangeEstimate {
  /** Share of the rows one query keeps, 0..1. */
  fraction: number;
  /** From real parameters and the column's extremes, or a convention. */
  isFromData: boolean;
}

/**
 * Share of the rows a query's range on a column keeps: for one lower and one upper bound, from the
 * parameters it was called with and the column's extremes (even spread assumed); otherwise the
 * planner's customary 30% for one bound and 10% for two, which a LIKE prefix is.
 */
export function estimateRange(
  query: WorkloadQuery,
  table: string,
  column: ColumnSchema,
): RangeEstimate {
  const filters = filtersOn(query, table, column.name, isRangeFilter);
  if (filters.some((filter) => filter.operator === "like_prefix")) {
    return { fraction: RANGE_FRACTION.twoBounds, isFromData: false };
  }
  const low = scalarOf(column.statistics?.min);
  const high = scalarOf(column.statistics?.max);
  const [lower, upper] = [boundsOf(filters, "lower"), boundsOf(filters, "upper")];
  if (lower.length === 0 || upper.length === 0) {
    return { fraction: RANGE_FRACTION.oneBound, isFromData: false };
  }
  // Of several ends on one side, which one binds is not known.
  const isOne = lower.length === 1 && upper.length === 1;
  const [first, second] = isOne ? [lower[0], upper[0]] : [];
  const widths = sampleValues(query).flatMap((sample) => {
    const [from, to] = [valueAt(sample, first), valueAt(sample, second)];
    return from === null || to === null ? [] : [Math.abs(to - from)];
  });
  if (low === null || high === null || high <= low || widths.length === 0) {
    return { fraction: RANGE_FRACTION.twoBounds, isFromData: false };
  }
  const mean = widths.reduce((sum, width) => sum + width, 0) / widths.length;
  return { fraction: Math.min(1, mean / (high - low)), isFromData: true };
}

/** Can a stored order make queries skip row groups? Of fewer than two, and of an unknown number, not. */
export const canSkip = (rowCount: number): boolean => rowCount >= 2 * ROW_GROUP_ROWS;

/** Row groups of a table; a table of unknown size is taken as the one we measured, 25. */
export function rowGroups(rowCount: number): number {
  return rowCount > 0 ? Math.max(1, rowCount / ROW_GROUP_ROWS) : 25;
}

/**
 * Share of a query's time that stored order saves when it reads a share of the row groups: what is
 * left is that share and a floor of 5% (with two partly read row groups, our two measurements leave
 * 8% and 14%; this gives 13 and 10%).
 */
export function orderGain(shareRead: number): number {
  return Math.max(0, 1 - Math.min(1, shareRead + ORDER_TIME_FLOOR));
}
