import { type Ast, asNode, asNodes, asText, descend, hasColumn, isClass, isValue } from "../ast";
import { isPrefixPattern, LIKE_FUNCTIONS, PREFIX_FUNCTIONS } from "../literal";
import type { ColumnRef, FilterFeature, FilterOperator } from "../shape";
import { castsColumn } from "./casts-column";
import { columnPath, columnsIn, namedIn, parametersIn, type ReadContext } from "./read-context";
import type { Scope } from "./scope";

const COMPARISONS: Readonly<Record<string, FilterOperator>> = {
  COMPARE_EQUAL: "equals",
  COMPARE_GREATERTHAN: "range",
  COMPARE_GREATERTHANOREQUALTO: "range",
  COMPARE_LESSTHAN: "range",
  COMPARE_LESSTHANOREQUALTO: "range",
};

/** Reads filters and joins out of a condition: the AND-ed parts, each by its own form. */
export function readConditions(value: unknown, scope: Scope, context: ReadContext): void {
  const node = asNode(value);
  if (node === null) return;
  if (node.type === "CONJUNCTION_AND") {
    for (const child of asNodes(node.children)) readConditions(child, scope, context);
  } else if (node.type === "CONJUNCTION_OR") readAlternatives(node, scope, context);
  else if (isClass(node, "COMPARISON")) readComparison(node, scope, context);
  else if (isClass(node, "BETWEEN")) readBetween(node, scope, context);
  else if (isClass(node, "FUNCTION")) readFunction(node, scope, context);
  else if (isClass(node, "SUBQUERY"))
    addFilters(
      node.child,
      { operator: "other", parameters: [], isAfterScan: true },
      scope,
      context,
    );
  else readOperator(node, scope, context);
}

function readBetween(node: Ast, scope: Scope, context: ReadContext): void {
  const parameters = [...boundsIn(node.lower), ...boundsIn(node.upper)];
  const isKnown = !hasColumn(node.lower) && !hasColumn(node.upper);
  const operator = isKnown ? "range" : "other";
  const values = [node.lower, node.upper];
  addFilters(node.input, { operator, parameters, end: "both", values }, scope, context);
}

/** The parameter a column is compared with itself. One inside an expression is no value of it. */
const boundsIn = (value: unknown): number[] => (isValue(asNode(value)) ? parametersIn(value) : []);

function readOperator(node: Ast, scope: Scope, context: ReadContext): void {
  const [tested, ...rest] = asNodes(node.children);
  if (node.type === "OPERATOR_IS_NULL" || node.type === "OPERATOR_IS_NOT_NULL") {
    const exceptFor = node.type === "OPERATOR_IS_NOT_NULL" ? ({ exceptFor: "null" } as const) : {};
    addFilters(tested, { operator: "null_check", parameters: [], ...exceptFor }, scope, context);
  } else if (node.type === "COMPARE_IN") {
    const operator = rest.every(isValue) ? "in" : "other";
    addFilters(tested, { operator, parameters: parametersIn(rest), values: rest }, scope, context);
  } else {
    addFilters(node, { operator: "other", parameters: parametersIn(node) }, scope, context);
  }
}

function readComparison(node: Ast, scope: Scope, context: ReadContext): void {
  const operator = COMPARISONS[asText(node.type)] ?? "other";
  const left = plainColumn(node.left, scope);
  const right = plainColumn(node.right, scope);
  if (left && right && left.table !== right.table && operator === "equals") {
    // A subquery that compares with the query around it asks whether a partner is there.
    const isCorrelated = isOuter(node.left, scope) !== isOuter(node.right, scope);
    context.sink.join(left, right, isCorrelated);
    return;
  }
  const sides = [node.left, node.right];
  const tested = sides.filter((side) => columnsIn(side, scope).length > 0);
  if (tested.length === 1) {
    const isLeft = tested[0] === node.left;
    const other = isLeft ? node.right : node.left;
    const isLower = asText(node.type).startsWith("COMPARE_GREATER") === isLeft;
    // A subquery on the other side is one value at run time: no parameter, but still the operator.
    const isScalar = !hasColumn(other) || isClass(asNode(other), "SUBQUERY");
    const seen = isScalar ? operator : "other";
    const end = isLower ? "lower" : "upper";
    const compared = { operator: seen, parameters: boundsIn(other), end, values: [other] } as const;
    const isExcept = node.type === "COMPARE_NOTEQUAL" && isValue(asNode(other));
    const exceptFor = isExcept ? ({ exceptFor: "value" } as const) : {};
    addFilters(tested[0], { ...compared, ...exceptFor }, scope, context);
    return;
  }
  for (const side of tested)
    addFilters(side, { operator: "other", parameters: [], isAfterScan: true }, scope, context);
}

/** `a = $1 OR a IN ($2, $3)` asks what one list asks; any other OR keeps its columns as `other`. */
function readAlternatives(node: Ast, scope: Scope, context: ReadContext): void {
  const equalities = alternativesIn(node).map(equalityOf);
  const columns = equalities.map((each) => each && plainColumn(each.tested, scope));
  const first = columns[0];
  const isSame = columns.every(
    (each) => each && first && each.table === first.table && each.column === first.column,
  );
  const tested = isSame ? equalities[0]?.tested : node;
  const values = isSame ? equalities.flatMap((each) => each?.values ?? []) : [];
  const compared = isSame
    ? ({ operator: "in", isAlternative: true } as const)
    : ({ operator: "other" } as const);
  addFilters(tested, { ...compared, parameters: parametersIn(node), values }, scope, context);
}

const alternativesIn = (node: Ast): Ast[] =>
  node.type === "CONJUNCTION_OR" ? asNodes(node.children).flatMap(alternativesIn) : [node];

/** What `a = $1`, `$1 = a` or `a IN ($1, $2)` compares with which values; null for anything else. */
function equalityOf(node: Ast): { tested: Ast; values: Ast[] } | null {
  const isList = node.type === "COMPARE_IN";
  if (!isList && node.type !== "COMPARE_EQUAL") return null;
  const sides = isList ? asNodes(node.children) : asNodes([node.left, node.right]);
  const [tested, ...values] = !isList && isValue(sides[0] ?? null) ? [...sides].reverse() : sides;
  return tested && values.length > 0 && values.every(isValue) ? { tested, values } : null;
}

function readFunction(node: Ast, scope: Scope, context: ReadContext): void {
  const [tested, pattern] = asNodes(node.children);
  const name = asText(node.function_name);
  const isPrefix =
    PREFIX_FUNCTIONS.has(name) || (LIKE_FUNCTIONS.has(name) && pattern && isPrefixPattern(pattern));
  const hasPattern = pattern !== undefined && !hasColumn(pattern);
  if (hasPattern && /^!?~~\*?$|^starts_with$|^prefix$|^\^@$/.test(name)) {
    const parameters = isPrefixPattern(pattern) ? parametersIn(pattern) : boundsIn(pattern);
    addFilters(
      tested,
      { operator: isPrefix ? "like_prefix" : "other", parameters },
      scope,
      context,
    );
  } else {
    addFilters(node, { operator: "other", parameters: parametersIn(node) }, scope, context);
  }
}

function plainColumn(value: unknown, scope: Scope): ColumnRef | null {
  const node = asNode(value);
  return isClass(node, "COLUMN_REF") ? (scope.resolve(columnPath(node))?.ref ?? null) : null;
}

/** A plain column of a SELECT around this one. */
function isOuter(value: unknown, scope: Scope): boolean {
  const node = asNode(value);
  return isClass(node, "COLUMN_REF") && scope.resolve(columnPath(node))?.isOuter === true;
}

/** What a column, or an expression of columns, is compared with. */
interface Compared {
  operator: FilterOperator;
  parameters: number[];
  end?: FilterFeature["end"];
  /** The values themselves, whose types may make DuckDB cast the column. */
  values?: readonly unknown[];
  isAlternative?: true;
  exceptFor?: "value" | "null";
  isAfterScan?: true;
}

/** One filter for each column of the tested expression; a column alone is unwrapped. */
function addFilters(
  tested: unknown,
  { operator, parameters, end, values = [], isAfterScan, ...marks }: Compared,
  scope: Scope,
  context: ReadContext,
): void {
  const wrapper = wrapperOf(asNode(tested));
  const isCollating = [...descend(values)].some((node) => isClass(node, "COLLATE"));
  const refs = columnsIn(tested, scope);
  const isOnSeveral = namedIn(tested, scope).length > 1;
  const given = {
    ...(operator === "range" && end ? { end } : {}),
    ...(isAfterScan || isOnSeveral ? { isAfterScan: true as const } : {}),
  };
  for (const ref of refs) {
    const isCast = values.some((value) => castsColumn(asNode(value), columnType(ref, context)));
    const wrappedBy = wrapper ?? (isCollating ? "collate" : isCast ? "cast" : null);
    context.sink.filter({ ...ref, operator, wrappedBy, parameters, ...given, ...marks });
  }
}

function columnType(ref: ColumnRef, { tables }: ReadContext): string {
  const known = tables.find(({ name }) => name === ref.table);
  return known?.columns.find(({ name }) => name === ref.column)?.type ?? "";
}

function wrapperOf(node: Ast | null): string | null {
  if (node === null || isClass(node, "COLUMN_REF")) return null;
  if (isClass(node, "FUNCTION")) return asText(node.function_name);
  if (isClass(node, "CAST")) return "cast";
  if (isClass(node, "CONJUNCTION")) return "or";
  return node.type === "OPERATOR_NOT" ? "not" : asText(node.type).toLowerCase() || "expression";
}
