import {
  CalendarUnit,
  type ColumnSchema,
  type OrderStep,
  orderStepUnits,
} from "@/server/contracts";
import { RUN_ROWS } from "../../measured-facts";
import { canSkip, rowGroups, scalarOf, UNIT_MS } from "../../range-estimate";

/** Ranges a row group should hold at least: then a query reads hardly more than in the order by values. */
const RANGES_PER_GROUP = 16;
/** Values of a range at least: of two in any order a run has two rows, and packing takes fewer bits. */
const VALUES_MIN = 2;

export interface SteppedOrder {
  step: OrderStep;
  /** Ranges that the column's values lie in, at most. */
  ranges: number;
}

/**
 * The widest round step whose ranges let queries skip nearly all that the order by values does; null
 * where the column is not known, where no row group can be skipped, or where its order by values costs
 * no query anything (see RUN_ROWS).
 */
export function orderStep(column: ColumnSchema, rowCount: number): SteppedOrder | null {
  const { distinct_count: values = 0, min = null, max = null } = column.statistics ?? {};
  const [low, high] = [scalarOf(min), scalarOf(max)];
  if (low === null || high === null || values === 0) return null;
  if (!canSkip(rowCount)) return null;
  const rows = rowCount / values;
  if (rows < RUN_ROWS.min || rows > RUN_ROWS.max) return null;
  const rangesMin = RANGES_PER_GROUP * rowGroups(rowCount);
  const isFine = ({ ranges }: SteppedOrder) => ranges >= rangesMin && ranges * VALUES_MIN <= values;
  return stepsOf(column, high - low).find(isFine) ?? null;
}

/** Steps that the column's type allows, widest first. `span`: of its values; dates and times in ms. */
function stepsOf({ type }: ColumnSchema, span: number): SteppedOrder[] {
  const units = orderStepUnits(type);
  if (units === null) return [];
  if (units === "number") {
    const digits = Math.max(0, Math.floor(Math.log10(span)));
    const powers = Array.from({ length: digits }, (_, index) => 10 ** (digits - index));
    return powers.map((step) => ({ step, ranges: span / step }));
  }
  const widestFirst = CalendarUnit.options.filter((unit) => units.includes(unit));
  return widestFirst.map((unit) => ({ step: unit, ranges: span / UNIT_MS[unit] }));
}
