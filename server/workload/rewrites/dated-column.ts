import { type Ast, asNode, asNodes, asText, constantOf, isClass } from "../ast";
import { call } from "../build-ast";
import { type FromItem, findColumn } from "./query-parts";

export const ZONED = "TIMESTAMP WITH TIME ZONE";

/** Clocks of one zone and of UTC differ by less, before and after the zone changed its mind. */
export const ZONE_HOURS = 26;
/** Clocks of any two zones differ by less: before 1900 those of Manila and Metlakatla by 31 hours. */
const ANY_ZONES_HOURS = 32;
const DAY_HOURS = 24;
const MONTH_HOURS = 31 * DAY_HOURS;

/** A column of dates or times, bare or in an expression that only moves it: a cast, another zone. */
export interface Dated {
  column: Ast;
  type: "DATE" | "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | typeof ZONED;
  /** How far the expression may lie below the column, and above it, hours. */
  below: number;
  above: number;
}

/** TIMESTAMP_NS is none of them: its casts round. */
const TYPES: ReadonlySet<string | undefined> = new Set<Dated["type"]>([
  ...(["DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", ZONED] as const),
]);
const isDatedType = (type: string | undefined): type is Dated["type"] => TYPES.has(type);

export function plainDated(node: Ast | undefined, items: readonly FromItem[]): Dated | null {
  const type = findColumn(node, items)?.column.type?.toUpperCase();
  return node && isDatedType(type) ? { column: node, type, below: 0, above: 0 } : null;
}

/** The column that an expression moves, or is. */
export function datedColumn(node: Ast | undefined, items: readonly FromItem[]): Dated | null {
  const plain = plainDated(node, items);
  if (plain || !node) return plain;
  if (isClass(node, "CAST")) {
    const inner =
      node.try_cast === true ? null : datedColumn(asNode(node.child) ?? undefined, items);
    return inner && castTo(castTypeOf(node), inner);
  }
  const [zone, zoned] = argumentsOf(node, "timezone");
  const [part, cut] = argumentsOf(node, "date_trunc", "datetrunc");
  const [month] = argumentsOf(node, "last_day");
  const inner = datedColumn(zoned ?? cut ?? month, items);
  if (!inner) return null;
  if (month) return movedBy(inner, DAY_HOURS, MONTH_HOURS);
  const hours = cut ? unitOf(part)?.hoursMax : undefined;
  if (cut) return hours === undefined ? null : movedBy(inner, hours, 0);
  return typeof constantOf(zone) === "string" && inner.type !== "DATE" ? anyZone(inner) : null;
}

const movedBy = (inner: Dated, below: number, above: number): Dated => ({
  ...inner,
  below: inner.below + below,
  above: inner.above + above,
});

function castTo(type: string, inner: Dated): Dated | null {
  if (type === inner.type) return inner;
  if (type === "DATE") return movedBy(inner, DAY_HOURS, 0);
  if (type === "TIMESTAMP") return inner.type === ZONED ? anyZone(inner) : inner;
  // DuckDB 1.5.6 casts the statistics of a DATE as UTC: see zonedForm.
  return type === ZONED && inner.type !== "DATE" ? anyZone(inner) : null;
}

const anyZone = (inner: Dated): Dated => movedBy(inner, ANY_ZONES_HOURS, ANY_ZONES_HOURS);

export const castTypeOf = (node: Ast): string => asText(asNode(node.cast_type)?.id);

export function argumentsOf(node: Ast, ...names: string[]): Ast[] {
  const isNamed =
    isClass(node, "FUNCTION") && names.includes(asText(node.function_name).toLowerCase());
  return isNamed ? asNodes(node.children) : [];
}

interface Unit {
  /** Function that makes an interval of a number, and how many of it a unit is. */
  name: string;
  count: number;
  hoursMax: number;
}

const UNITS: Readonly<Record<string, Unit>> = {
  second: { name: "to_seconds", count: 1, hoursMax: 1 },
  minute: { name: "to_minutes", count: 1, hoursMax: 1 },
  hour: { name: "to_hours", count: 1, hoursMax: 1 },
  day: { name: "to_days", count: 1, hoursMax: DAY_HOURS },
  week: { name: "to_days", count: 7, hoursMax: 7 * DAY_HOURS },
  month: { name: "to_months", count: 1, hoursMax: MONTH_HOURS },
  quarter: { name: "to_months", count: 3, hoursMax: 3 * MONTH_HOURS },
  year: { name: "to_years", count: 1, hoursMax: 366 * DAY_HOURS },
};

/** The unit that a text constant names, in any case, also in the plural. */
export function unitOf(part: Ast | undefined): Unit | null {
  const name = constantOf(part);
  return typeof name === "string" ? (UNITS[name.toLowerCase().replace(/s$/, "")] ?? null) : null;
}

/** The bound, moved outwards by so many hours. */
export const widenedBy = (bound: Ast, sign: "+" | "-", hours: Ast): Ast =>
  call(sign, bound, call("to_hours", hours));
