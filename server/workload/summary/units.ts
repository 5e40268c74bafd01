import type { CalendarUnit } from "@/server/contracts";
import { type Ast, asNode, asNodes, asText, isClass } from "../ast";

/**
 * Functions of a date by the largest unit they do not look below: their value for a date and for
 * the start of its unit is one and the same.
 */
const PARTS: readonly [CalendarUnit, string][] = [
  ["year", "year years yr y decade decades century centuries millennium era"],
  ["quarter", "quarter quarters"],
  ["month", "month months mon monthname last_day"],
  ["week", "week weeks weekofyear yearweek isoyear"],
  ["day", "day days dayofmonth dayofweek weekday dow isodow dayofyear doy dayname"],
  ["hour", "hour hours"],
];
const UNIT_OF = new Map(
  PARTS.flatMap(([unit, names]) => names.split(" ").map((name) => [name, unit] as const)),
);
/** Of the above, those that are functions by themselves. */
const FUNCTIONS = new Set(
  "year decade century millennium era quarter month monthname last_day week weekofyear yearweek isoyear day dayofmonth dayofweek weekday isodow dayofyear dayname hour".split(
    " ",
  ),
);
const FORMATS: readonly [CalendarUnit, RegExp][] = [
  ["hour", /%-?[HIp]/],
  ["day", /%(-?[dj]|[aAwuUWVG])/],
  ["month", /%(-?m|[bB])/],
];
const KNOWN_FORMAT = /^(?:[^%]|%%|%-?[dmyjHI]|%[aAbBpuUwWVGY])*$/;

/** A function of one date: what it looks at, down to which unit, and whether it is the cut itself. */
export interface UnitCall {
  argument: Ast;
  unit: CalendarUnit;
  isTruncation: boolean;
}

/** null: no function of a date, or one that looks at more than a calendar unit. */
export function readUnitCall(node: Ast): UnitCall | null {
  if (isClass(node, "CAST")) {
    const argument = asNode(node.child);
    const isDate = asNode(node.cast_type)?.id === "DATE";
    return argument && isDate ? { argument, unit: "day", isTruncation: false } : null;
  }
  const name = asText(node.function_name).toLowerCase();
  const [first, second, ...more] = asNodes(node.children);
  if (!first || more.length > 0) return null;
  if (!second) {
    const unit = FUNCTIONS.has(name) ? UNIT_OF.get(name) : undefined;
    return unit ? { argument: first, unit, isTruncation: false } : null;
  }
  if (name === "strftime") {
    const unit = formatUnit(constantText(second));
    return unit && { argument: first, unit, isTruncation: false };
  }
  const part = constantText(first)?.toLowerCase() ?? "";
  const unit = UNIT_OF.get(part);
  if (!unit || !/^(date_?trunc|date_?part)$/.test(name)) return null;
  return { argument: second, unit, isTruncation: name.endsWith("trunc") && part === unit };
}

function formatUnit(format: string | null): CalendarUnit | null {
  if (format === null || !KNOWN_FORMAT.test(format)) return null;
  const plain = format.replaceAll("%%", "");
  return FORMATS.find(([, pattern]) => pattern.test(plain))?.[0] ?? "year";
}

function constantText(node: Ast): string | null {
  const value = isClass(node, "CONSTANT") ? asNode(node.value)?.value : null;
  return typeof value === "string" ? value : null;
}
