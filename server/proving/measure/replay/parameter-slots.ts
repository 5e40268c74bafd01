import type { FilterFeature, FilterOperator, QueryShape } from "@/server/workload/shape";

/** Where one parameter stands: the column it is compared with, and which end of a range it is. */
export interface ParameterSlot {
  table: string;
  column: string;
  operator: FilterOperator;
  end: "lower" | "upper" | null;
}

/**
 * The slot of every parameter, in order; null for one whose column is not known or is wrapped in
 * a function: no value can be drawn for it.
 */
export function parameterSlots(shape: QueryShape): (ParameterSlot | null)[] {
  return Array.from({ length: shape.parameterCount }, (_, index) => {
    const number = index + 1;
    const filter = shape.filters.find((one) => one.parameters.includes(number));
    if (filter === undefined || filter.wrappedBy !== null) return null;
    const { table, column, operator } = filter;
    if (operator === "null_check" || operator === "other") return null;
    return { table, column, operator, end: rangeEnd(filter, number, shape.sql) };
  });
}

function rangeEnd(filter: FilterFeature, number: number, sql: string): ParameterSlot["end"] {
  if (filter.operator !== "range") return null;
  if (filter.parameters.length === 2) {
    return filter.parameters[0] === number ? "lower" : "upper";
  }
  // The sign stands before the parameter (`column >= $1`) or after it (`$1 <= column`).
  const before = new RegExp(`([<>])=?\\s*\\(?\\s*\\$${number}(?!\\d)`).exec(sql)?.[1];
  const after = new RegExp(`\\$${number}(?!\\d)\\s*\\)?\\s*([<>])`).exec(sql)?.[1];
  if (/\bBETWEEN\b/i.test(sql) && before === undefined && after === undefined) {
    return new RegExp(`BETWEEN\\s*\\(?\\s*\\$${number}(?!\\d)`, "i").test(sql) ? "lower" : "upper";
  }
  return before === ">" || after === "<" ? "lower" : "upper";
}
