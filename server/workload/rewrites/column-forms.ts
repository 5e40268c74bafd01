import { type Ast, asNode, asText, constantOf, hasColumn, isClass } from "../ast";
import { call, caseWhen, cast, compare, integer, text } from "../build-ast";
import {
  argumentsOf,
  castTypeOf,
  type Dated,
  datedColumn,
  plainDated,
  unitOf,
  widenedBy,
  ZONE_HOURS,
  ZONED,
} from "./dated-column";
import type { FromItem } from "./query-parts";
import { readsClock, zoneOf } from "./value-zone";

/**
 * A value computed from a column of dates or times that grows with it (or falls: `isFalling`): what it
 * tells of the column. A bound may be NULL, or fail for a value that is out of range.
 */
export interface ColumnForm extends Dated {
  isFalling?: boolean;
  /** No column value is below this where the computed one reaches `value`. */
  lower(value: Ast): Ast;
  /** No column value is above this where the computed one is at most `value`. */
  upper(value: Ast): Ast;
  /** Compared for equality alone: its values do not grow with the column. */
  isEqualityOnly?: boolean;
  /** Compared as texts: those of years beyond 9999 sort among the ones before, so no upper end holds. */
  isTextual?: boolean;
  /** Its bounds are dates, not instants. */
  givesDates?: boolean;
  /** DuckDB turns a comparison with a plain value into a range by itself. */
  isKnownToDuckDb?(comparison: string, value: Ast): boolean;
}

/** The form of a tested expression, or null. `value` is one that it is compared with. */
export function formOf(tested: Ast, value: Ast, items: readonly FromItem[]): ColumnForm | null {
  const dated = (node: Ast | undefined): Dated | null => datedColumn(node, items);
  const form =
    yearForm(tested, dated) ??
    epochForm(tested, dated) ??
    dayForm(tested, value, dated) ??
    cutForm(tested, dated) ??
    textForm(tested, dated) ??
    shiftedForm(tested, dated) ??
    ageForm(tested, value, dated) ??
    daysForm(tested, dated) ??
    differenceForm(tested, dated) ??
    zonedForm(value, plainDated(tested, items)) ??
    movedForm(tested, value, dated);
  return form && moved(form);
}

/** The form of the column itself, where the expression around it moves it. */
function moved(form: ColumnForm): ColumnForm {
  const { below, above } = form;
  if (below === 0 && above === 0) return form;
  const by = (bound: Ast, sign: "+" | "-", hours: number): Ast =>
    widenedBy(cast(bound, "TIMESTAMP"), sign, integer(hours));
  return {
    ...form,
    givesDates: false,
    isKnownToDuckDb: () => false,
    lower: (value) => by(form.lower(value), "-", above),
    upper: (value) => by(form.upper(value), "+", below),
  };
}

type FindDated = (node: Ast | undefined) => Dated | null;

/** The argument of `date_part('part', argument)`. */
function partArgument(tested: Ast, parts: RegExp): Ast | undefined {
  const [part, argument] = argumentsOf(tested, "date_part", "datepart");
  return parts.test(String(constantOf(part))) ? argument : undefined;
}

const toBigint = (value: Ast): Ast => cast(value, "BIGINT");

/** A number that is no integer is rounded: a year that reaches it reaches the rounded one too. */
function yearForm(tested: Ast, dated: FindDated): ColumnForm | null {
  const [direct] = argumentsOf(tested, "year");
  const found = dated(direct ?? partArgument(tested, /^(y|yr|yrs|years?)$/i));
  if (!found) return null;
  const start = (year: Ast): Ast => call("make_date", year, integer(1), integer(1));
  return {
    ...found,
    givesDates: true,
    lower: (value) => widened(start(toBigint(value)), "-", found.type !== ZONED),
    upper: (value) =>
      widened(start(call("+", toBigint(value), integer(1))), "+", found.type !== ZONED),
  };
}

/** Bounds that pass between zones are wider. */
function widened(bound: Ast, sign: "+" | "-", isExact: boolean): Ast {
  return isExact ? bound : widenedBy(bound, sign, integer(ZONE_HOURS));
}

const EPOCHS: readonly [name: string, perSecond: number][] = [
  ["epoch", 1],
  ["epoch_ms", 1000],
  ["epoch_us", 1_000_000],
];

/** Seconds and the like since 1970; one more on either side covers what is rounded. */
function epochForm(tested: Ast, dated: FindDated): ColumnForm | null {
  for (const [name, perSecond] of EPOCHS) {
    const [direct] = argumentsOf(tested, name);
    const found = dated(
      direct ?? (name === "epoch" ? partArgument(tested, /^epoch$/i) : undefined),
    );
    if (!found) continue;
    const bound = (sign: "+" | "-") => (value: Ast) => {
      const count = call(sign, toBigint(value), integer(1));
      const instant = call("make_timestamp", call("*", count, integer(1_000_000 / perSecond)));
      return widened(instant, sign, found.type !== ZONED);
    };
    return { ...found, lower: bound("-"), upper: bound("+") };
  }
  return null;
}

/** Neither the column nor the value has a time zone. */
const isExact = (value: Ast, { type }: Dated): boolean =>
  zoneOf(value) === "plain" && type !== ZONED;

/** The value as an instant, less or more `by`, and the margin where zones may differ. */
function instant(value: Ast, found: Dated, sign: "+" | "-", by?: Ast): Ast {
  const plain = cast(value, "TIMESTAMP");
  return widened(by ? call(sign, plain, by) : plain, sign, isExact(value, found));
}

const DAY = call("to_days", integer(1));

/** `CAST(ts AS DATE)`: equality with what is no clock DuckDB turns into a range by itself. */
function dayForm(tested: Ast, value: Ast, dated: FindDated): ColumnForm | null {
  const isDay = isClass(tested, "CAST") && tested.try_cast !== true;
  const found =
    isDay && castTypeOf(tested) === "DATE" ? dated(asNode(tested.child) ?? undefined) : null;
  // A DATE compared with a TIMESTAMPTZ: see zonedForm.
  if (!found || found.type === "DATE" || zoneOf(value) === "zoned") return null;
  return {
    ...found,
    givesDates: true,
    lower: (value) => widened(cast(value, "DATE"), "-", isExact(value, found)),
    upper: (value) => widened(call("+", cast(value, "DATE"), DAY), "+", isExact(value, found)),
    isKnownToDuckDb: (comparison, value) =>
      found.type === "TIMESTAMP" && comparison === "=" && !readsClock(value),
  };
}

/** `date_trunc`, which DuckDB compares well with what is no clock, and `time_bucket`, which it does not. */
function cutForm(tested: Ast, dated: FindDated): ColumnForm | null {
  const [part, cut] = argumentsOf(tested, "date_trunc", "datetrunc");
  const unit = unitOf(part);
  const [width, bucketed] = argumentsOf(tested, "time_bucket");
  const found = dated(unit ? cut : bucketed);
  if (!found) return null;
  const step = unit ? call(unit.name, integer(unit.count)) : cast(width ?? integer(0), "INTERVAL");
  return {
    ...found,
    lower: (value) => instant(value, found, "-"),
    upper: (value) => instant(value, found, "+", step),
    isKnownToDuckDb: (comparison, value) =>
      unit !== null && comparison !== "IN" && !readsClock(value),
  };
}

/** Fields of a date from the largest to the smallest, and the length of each. */
const FIELDS: readonly (readonly [field: string, unit: string])[] = [
  ["%Y", "to_years"],
  ["%m", "to_months"],
  ["%d", "to_days"],
  ["%H", "to_hours"],
  ["%M", "to_minutes"],
  ["%S", "to_seconds"],
];

/** Length of what a format tells apart; null where it leaves out a larger field, or knows others. */
function formatUnit(format: string): { unit: string; isSorted: boolean } | null {
  const fields: string[] = format.match(/%./g) ?? [];
  const known = FIELDS.slice(0, fields.length);
  const isWhole =
    new Set(fields).size === fields.length && known.every(([field]) => fields.includes(field));
  const unit = known.at(-1)?.[1];
  if (!isWhole || unit === undefined || fields.length > FIELDS.length) return null;
  const isSorted = known.every(([field], index) => fields[index] === field);
  return { unit, isSorted: isSorted && format.startsWith("%Y") };
}

/** `strftime(ts, '%Y%m%d')`: bounds of what a text stands for, where it is one the format writes. */
function textForm(tested: Ast, dated: FindDated): ColumnForm | null {
  const [first, second] = argumentsOf(tested, "strftime");
  const found = dated(first) ?? dated(second);
  const format = constantOf(dated(first) ? second : first);
  const told = typeof format === "string" ? formatUnit(format) : null;
  if (!found || !told || typeof format !== "string") return null;
  const bound = (sign: "+" | "-", none: string) => (value: Ast) => {
    const written = cast(value, "VARCHAR");
    const start = call("try_strptime", written, text(format));
    const isWritten = compare("COMPARE_EQUAL", call("strftime", start, text(format)), written);
    const end = sign === "+" ? call("+", start, call(told.unit, integer(1))) : start;
    const known = widened(end, sign, found.type !== ZONED);
    return caseWhen(isWritten, known, cast(text(none), "TIMESTAMP"));
  };
  return {
    ...found,
    lower: bound("-", "-infinity"),
    upper: bound("+", "infinity"),
    isTextual: true,
    isEqualityOnly: !told.isSorted,
  };
}

const UNIT_CALL = /^to_(weeks|days|hours|minutes|seconds|milliseconds|microseconds)$/;
const MONTHS_CALL = /^to_(months|quarters|years)$/;

/** Of fixed length: months have none. */
const isFixedInterval = (node: Ast): boolean =>
  isClass(node, "FUNCTION") && UNIT_CALL.test(asText(node.function_name));

/**
 * How far, in hours, adding an interval and taking it off again may lead from the start. Months end
 * earlier than others (3 days); of an interval that mixes units, the order matters too.
 */
function wayBackHours(interval: Ast): number | null {
  if (isFixedInterval(interval)) return 0;
  if (isClass(interval, "CAST")) {
    return castTypeOf(interval) === "INTERVAL" && !hasColumn(interval) ? 240 : null;
  }
  const isMonths =
    isClass(interval, "FUNCTION") && MONTHS_CALL.test(asText(interval.function_name));
  return isMonths && !hasColumn(interval) ? 96 : null;
}

/** `ts + INTERVAL 7 DAY`: the interval goes to the other side. */
function shiftedForm(tested: Ast, dated: FindDated): ColumnForm | null {
  const added = argumentsOf(tested, "+", "date_add");
  const [first, second] = added.length > 0 ? added : argumentsOf(tested, "-");
  const isSwapped = added.length > 0 && dated(second) !== null;
  const [shifted, interval] = isSwapped ? [second, first] : [first, second];
  const found = dated(shifted);
  const hours = interval ? wayBackHours(interval) : null;
  if (!found || !interval || hours === null) return null;
  const back = added.length > 0 ? "-" : "+";
  const bound = (sign: "+" | "-") => (value: Ast) => {
    const start = call(back, cast(value, "TIMESTAMP"), interval);
    const near = hours === 0 ? start : widenedBy(start, sign, integer(hours));
    return widened(near, sign, isExact(value, found));
  };
  return { ...found, lower: bound("-"), upper: bound("+") };
}

/** `now() - ts < INTERVAL 7 DAY`, which falls while the column grows. */
function ageForm(tested: Ast, value: Ast, dated: FindDated): ColumnForm | null {
  const [from, subtracted] = argumentsOf(tested, "-");
  const found = dated(subtracted);
  if (!found || !from || !isFixedInterval(value)) return null;
  const bound = (sign: "+" | "-") => (interval: Ast) =>
    widened(call("-", cast(from, "TIMESTAMP"), interval), sign, false);
  return { ...found, isFalling: true, lower: bound("-"), upper: bound("+") };
}

const DAYS_CALL = /^(today|current_date|make_date|last_day)$/i;

/** A DATE that is no column: two of them are days apart, not an interval. */
function isDay(node: Ast): boolean {
  if (isClass(node, "CAST")) return castTypeOf(node) === "DATE" && !hasColumn(node);
  const name = isClass(node, "COLUMN_REF")
    ? String(node.column_names)
    : isClass(node, "FUNCTION") && asText(node.function_name);
  return typeof name === "string" && DAYS_CALL.test(name) && !hasColumn(node);
}

/** A number rounded: what reaches it, or stays below, does so with the rounded one too. */
const toInteger = (value: Ast): Ast => cast(value, "INTEGER");

/** `current_date - CAST(ts AS DATE) <= 7`, in days. */
function daysForm(tested: Ast, dated: FindDated): ColumnForm | null {
  const [from, subtracted] = argumentsOf(tested, "-");
  const found = dated(subtracted);
  if (!found || !from || !subtracted || !isDay(from)) return null;
  if (found.type !== "DATE" && castTypeOf(subtracted) !== "DATE") return null;
  const bound = (sign: "+" | "-") => (days: Ast) =>
    widened(call("-", from, toInteger(days)), sign, found.type !== ZONED);
  return { ...found, isFalling: true, lower: bound("-"), upper: bound("+"), givesDates: true };
}

/** A unit is begun on either side; before 1970, DuckDB counts some of them as one less. */
const BEGUN_UNITS = 2;

/** `date_diff('day', ts, now()) < 7` counts borders of units between two times. */
function differenceForm(tested: Ast, dated: FindDated): ColumnForm | null {
  const [part, from, to] = argumentsOf(tested, "date_diff", "datediff");
  const unit = unitOf(part);
  const [start, end] = [dated(from), dated(to)];
  const found = start ?? end;
  const other = start ? to : from;
  if (!unit || !found || !other || (start && end) || hasColumn(other)) return null;
  const { name, count } = unit;
  const isPlain = found.type !== ZONED && zoneOf(other) === "plain";
  const bound = (sign: "+" | "-") => (value: Ast) => {
    // From the end, more units lead further back.
    const isMore = (sign === "+") === (start === null);
    const more = call(isMore ? "+" : "-", toInteger(value), integer(BEGUN_UNITS));
    const away = call(name, count === 1 ? more : call("*", more, integer(count)));
    return widened(call(start ? "-" : "+", cast(other, "TIMESTAMP"), away), sign, isPlain);
  };
  return { ...found, isFalling: start !== null, lower: bound("-"), upper: bound("+") };
}

/**
 * The column itself, cast to the zone of what it is compared with, row by row. Not of a DATE, for which
 * DuckDB 1.5.6 casts the statistics as UTC: in other zones it answers no rows where there are some.
 */
function zonedForm(value: Ast, found: Dated | null): ColumnForm | null {
  if (found?.type !== "TIMESTAMP" || zoneOf(value) !== "zoned") return null;
  return {
    ...found,
    lower: (each) => instant(each, found, "-"),
    upper: (each) => instant(each, found, "+"),
  };
}

/** `ts AT TIME ZONE 'UTC'`, `CAST(ts AS TIMESTAMP)`, `last_day(ts)`: the column, moved. */
function movedForm(tested: Ast, value: Ast, dated: FindDated): ColumnForm | null {
  const isMoved = argumentsOf(tested, "timezone", "last_day").length > 0 || isClass(tested, "CAST");
  const found = isMoved && castTypeOf(tested) !== "DATE" ? dated(tested) : null;
  if (!found || castTypeOf(tested) === found.type) return null;
  if (found.type === "DATE" && zoneOf(value) !== "plain") return null;
  return {
    ...found,
    lower: (each) => instant(each, found, "-"),
    upper: (each) => instant(each, found, "+"),
  };
}
