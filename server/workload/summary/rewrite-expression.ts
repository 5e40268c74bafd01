import type { CalendarUnit } from "@/server/contracts";
import { type Ast, asNode, asNodes, asText, descend, hasColumn, isClass, isValue } from "../ast";
import { column as columnReference } from "../build-ast";
import { isKeyType } from "../column-types";
import type { Engine } from "../engine";
import { rewriteAggregate } from "./rewrite-aggregate";
import { findColumn, refuse, type Subject, type SummaryParts } from "./subject";

/** Everything else (subqueries, windows, lambdas, stars, collations) is refused. */
const PLAIN_CLASSES = new Set(["CASE", "CAST", "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN"]);

/** What the readers of a query's parts share. */
export interface Rewriting {
  subject: Subject;
  parts: SummaryParts;
  engine: Pick<Engine, "aggregateNames" | "repeatableNames">;
  /** Items of the select list by alias, lower case, already rewritten and without the alias. */
  aliases: Map<string, Ast>;
  /** Names that could mean the table's column or an alias here; such a name is refused. */
  ambiguous: ReadonlySet<string>;
  /** Nodes that were put in the places of aliases so far, in all of the query. */
  inlined: { nodes: number };
}

/** Aliases that repeat each other double with every one of them. */
const INLINED_NODES_MAX = 10_000;

/** The expression over the summary's columns. Throws NotSummarizable when there is none. */
export function rewriteExpression(node: Ast, to: Rewriting): Ast {
  if (isClass(node, "CONSTANT") || isClass(node, "PARAMETER")) return node;
  if (isClass(node, "COLUMN_REF")) return rewriteColumn(node, to);
  if (isClass(node, "FUNCTION")) assertBuiltIn(node);
  const cut = rewriteUnitCall(node, to) ?? rewriteDayBound(node, to);
  if (cut) return cut;
  if (isClass(node, "FUNCTION")) return rewriteFunction(node, to);
  if (!PLAIN_CLASSES.has(asText(node.class))) return refuse(`${asText(node.class)} in a query`);
  return rewriteChildren(node, to);
}

function rewriteChildren(node: Ast, to: Rewriting): Ast {
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite);
    const child = asNode(value);
    if (child === null) return value;
    // The parts of a CASE have no class of their own.
    return "when_expr" in child ? rewriteEach(child, rewrite) : rewriteExpression(child, to);
  };
  const fields = ["children", "child", "left", "right", "input", "lower", "upper"];
  const parts = [...fields, "case_checks", "else_expr"].filter((field) => field in node);
  return { ...node, ...Object.fromEntries(parts.map((field) => [field, rewrite(node[field])])) };
}

function rewriteEach(node: Ast, rewrite: (value: unknown) => unknown): Ast {
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, rewrite(value)]));
}

/** A macro of another schema may do anything under a name that DuckDB has too. */
function assertBuiltIn(call: Ast): void {
  const isMain = /^(main)?$/i.test(asText(call.schema)) && asText(call.catalog) === "";
  if (!isMain) refuse("function of another schema");
}

function rewriteFunction(node: Ast, to: Rewriting): Ast {
  const name = asText(node.function_name).toLowerCase();
  if (to.engine.aggregateNames.has(name)) {
    return rewriteAggregate(node, to.subject, to.parts, (each) => rewriteExpression(each, to));
  }
  if (!to.engine.repeatableNames.has(name)) return refuse(`${name} may answer differently`);
  return rewriteChildren(node, to);
}

function rewriteColumn(node: Ast, to: Rewriting): Ast {
  const path = (node.column_names as unknown[]).map(asText);
  const name = (path[0] ?? "").toLowerCase();
  const column = findColumn(to.subject, path);
  if (column) {
    if (path.length === 1 && to.ambiguous.has(name)) return refuse("a name of two meanings");
    if (!isKeyType(column.type)) return refuse(`key of type ${column.type}`);
    return keyNode(column.name, null, to, asText(node.alias));
  }
  const item = path.length === 1 ? to.aliases.get(name) : undefined;
  if (item) return inline(item, to);
  return hasColumn(node) ? refuse("unknown name") : node;
}

function inline(item: Ast, { inlined }: Rewriting): Ast {
  for (const _ of descend(item)) inlined.nodes += 1;
  if (inlined.nodes > INLINED_NODES_MAX) refuse("aliases that repeat each other");
  return structuredClone(item);
}

function keyNode(
  column: string,
  unit: Parameters<SummaryParts["key"]>[1],
  to: Rewriting,
  alias = "",
): Ast {
  return { ...columnReference(to.subject.alias, to.parts.key(column, unit)), alias };
}

/** The column of type DATE or TIMESTAMP that an expression is. */
function dateColumn(node: Ast, to: Rewriting) {
  if (!isClass(node, "COLUMN_REF")) return null;
  const column = findColumn(to.subject, (node.column_names as unknown[]).map(asText));
  return column && /^(DATE|TIMESTAMP)$/.test(column.type ?? "") ? column : null;
}

/** `date_trunc('month', d)` is a key; `year(d)` can be computed from the key truncated to years. */
function rewriteUnitCall(node: Ast, to: Rewriting): Ast | null {
  const call = isClass(node, "FUNCTION") || isClass(node, "CAST") ? readUnitCall(node) : null;
  const column = call && dateColumn(call.argument, to);
  if (!call || !column) return null;
  // A DATE is cut to days already.
  const isDay = column.type === "DATE" && (call.unit === "day" || call.unit === "hour");
  const unit = isDay ? null : call.unit;
  const key = keyNode(column.name, unit, to);
  if (call.isTruncation && unit !== null) return { ...key, alias: asText(node.alias) };
  if (isClass(node, "CAST")) return { ...node, child: key };
  const children = asNodes(node.children);
  return { ...node, children: children.map((each) => (each === call.argument ? key : each)) };
}

const DAY_BOUNDS = new Map([
  ["COMPARE_GREATERTHANOREQUALTO", "left"],
  ["COMPARE_LESSTHAN", "left"],
  ["COMPARE_LESSTHANOREQUALTO", "right"],
  ["COMPARE_GREATERTHAN", "right"],
]);

/** A TIMESTAMP at or after a date, or before it: its day tells as well. */
function rewriteDayBound(node: Ast, to: Rewriting): Ast | null {
  const side = DAY_BOUNDS.get(asText(node.type));
  if (side === undefined) return null;
  const tested = asNode(node[side]);
  const bound = asNode(node[side === "left" ? "right" : "left"]);
  const column = tested && dateColumn(tested, to);
  const isDate = isClass(bound, "CAST") && asNode(bound.cast_type)?.id === "DATE" && isValue(bound);
  if (column?.type !== "TIMESTAMP" || !isDate) return null;
  return { ...node, [side]: keyNode(column.name, "day", to) };
}

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
interface UnitCall {
  argument: Ast;
  unit: CalendarUnit;
  isTruncation: boolean;
}

/** null: no function of a date, or one that looks at more than a calendar unit. */
function readUnitCall(node: Ast): UnitCall | null {
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
