import { isCollated } from "@/server/contracts";
import { type Ast, asNode, asNodes, asText, isClass } from "../ast";
import { call, cast, coalesce, column, integer } from "../build-ast";
import { isKeyType, isSumType } from "../column-types";
import { columnPath } from "../features/read-context";
import type { QuerySummary } from "../shape";
import type { SummaryParts } from "./subject";
import { findColumn, refuse, type Subject } from "./subject";

type Aggregate = QuerySummary["measures"][number]["aggregate"];
type RewriteKeys = (node: Ast) => Ast;

/** An aggregate of rows as an aggregate of the summary's measures, with the same value and type. */
export function rewriteAggregate(
  node: Ast,
  subject: Subject,
  parts: SummaryParts,
  rewriteKeys: RewriteKeys,
): Ast {
  const name = asText(node.function_name).toLowerCase();
  const [argument, second] = asNodes(node.children);
  const isOrdered = asNodes(asNode(node.order_bys)?.orders).length > 0;
  const isDistinct = node.distinct === true && name !== "min" && name !== "max";
  if (isDistinct || isOrdered || second) return refuse("distinct, ordered or binary aggregate");
  const filter = asNode(node.filter);
  const total = (outer: string, aggregate: Aggregate): Ast => ({
    ...call(outer, readMeasure(argument ?? null, aggregate, subject, parts, rewriteKeys)),
    filter: filter && rewriteKeys(filter),
  });
  switch (name) {
    case "count_star":
    case "count":
      // sum(BIGINT) is a HUGEINT, and NULL of no rows.
      return cast(coalesce(total("sum", "count"), integer(0)), "BIGINT");
    case "sum":
    case "min":
    case "max":
      return total(name, name);
    case "avg":
    case "mean":
      return call("/", cast(total("sum", "sum"), "DOUBLE"), cast(total("sum", "count"), "DOUBLE"));
    default:
      return refuse(`${name} cannot be computed from parts`);
  }
}

/** What replaces an aggregate's argument: a measure, or a CASE on keys that chooses among measures. */
function readMeasure(
  argument: Ast | null,
  aggregate: Aggregate,
  subject: Subject,
  parts: SummaryParts,
  rewriteKeys: RewriteKeys,
): Ast {
  const countRows = (): Ast => column(subject.alias, parts.measure("count", null));
  if (argument === null) return countRows();
  if (isClass(argument, "COLUMN_REF")) {
    const found = findColumn(subject, columnPath(argument));
    if (!found) return refuse("not a column of the table");
    if (aggregate === "sum" && !isSumType(found.type)) return refuse("sum of such a type");
    if (aggregate !== "count" && isCollated(found.type)) return refuse("a text with a collation");
    const isPicked = aggregate === "min" || aggregate === "max";
    if (isPicked && !isPickable(found.type)) return refuse("which of equal values is open");
    return column(subject.alias, parts.measure(aggregate, found.name));
  }
  if (isClass(argument, "CONSTANT")) return readConstant(argument, aggregate, countRows);
  if (!isClass(argument, "CASE")) return refuse("aggregate of an expression");
  if (branchTypes(argument, subject).size > 1) return refuse("a CASE over columns of two types");
  const read = (value: unknown): Ast =>
    readMeasure(asNode(value), aggregate, subject, parts, rewriteKeys);
  return {
    ...argument,
    case_checks: asNodes(argument.case_checks).map((check) => ({
      when_expr: rewriteKeys(asNode(check.when_expr) ?? refuse("broken CASE")),
      then_expr: read(check.then_expr),
    })),
    else_expr: read(argument.else_expr),
  };
}

/** Least and greatest are one value: of '30 days' and '1 month' DuckDB takes what it meets first. */
const isPickable = (type: string | undefined): boolean =>
  isKeyType(type) || /^(FLOAT|DOUBLE|BLOB)$/.test(type ?? "");

/**
 * Types of the columns a CASE chooses among. Sums have other types than their columns: of two types
 * DuckDB would settle on another one than over the rows, and round elsewhere.
 */
function branchTypes(branch: unknown, subject: Subject): Set<string | undefined> {
  const node = asNode(branch);
  if (isClass(node, "COLUMN_REF")) return new Set([findColumn(subject, columnPath(node))?.type]);
  const chosen = asNodes(node?.case_checks).map((check) => check.then_expr);
  const branches = isClass(node, "CASE") ? [...chosen, node.else_expr] : [];
  return new Set(branches.flatMap((each) => [...branchTypes(each, subject)]));
}

/** A constant of each row: counted it is the number of rows; 1 summed too; 0 and NULL stay. */
function readConstant(constant: Ast, aggregate: Aggregate, countRows: () => Ast): Ast {
  const value = asNode(constant.value);
  if (value?.is_null === true || aggregate === "min" || aggregate === "max") return constant;
  if (aggregate === "count") return countRows();
  const isInteger = asNode(value?.type)?.id === "INTEGER";
  if (isInteger && value?.value === 1) return countRows();
  return isInteger && value?.value === 0 ? constant : refuse("sum of a constant");
}
