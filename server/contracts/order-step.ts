import { z } from "zod";
import { isInteger } from "./data-product";

/** Calendar unit that a date or time is cut to. */
export const CalendarUnit = z.enum(["year", "quarter", "month", "week", "day", "hour"]);
export type CalendarUnit = z.infer<typeof CalendarUnit>;

/** Width of the ranges that an order's key is cut into: of whole numbers, or of dates and times. */
export const OrderStep = z.union([z.int().min(2), CalendarUnit]);
export type OrderStep = z.infer<typeof OrderStep>;

/** What a column of this DuckDB type can be ordered by ranges of; null: of nothing. */
export function orderStepUnits(type: string): "number" | readonly CalendarUnit[] | null {
  if (isInteger(type)) return "number";
  if (type === "TIMESTAMP") return CalendarUnit.options;
  return type === "DATE" ? CalendarUnit.exclude(["hour"]).options : null;
}
