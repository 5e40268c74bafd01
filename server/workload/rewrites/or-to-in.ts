import { type Ast, asNode, asNodes, asText, isClass, isValue } from "../ast";
import { isIn, replace } from "../build-ast";
import { isKeyType } from "../column-types";
import type { Rewrite } from "./query-parts";
import { type FromItem, filtersOf, findColumn, fromItems, selects } from "./query-parts";

/**
 * `x = a OR x = b` as `x IN (a, b)`, for which alone DuckDB looks into an index. Measured on DuckDB
 * 1.5.6, 1.5 M rows, one thread: with an index 8.2 → 0.59 ms (a text column 44 → 1.5), without
 * one 75.7 → 47.
 */
export const orToIn: Rewrite = {
  rule: "or_to_in",
  why: "Equalities of one column that are joined by OR are written as one IN list: the same rows pass, and an index can serve a list.",
  apply(query, context) {
    if (context.hasCollation) return false;
    let isChanged = false;
    for (const select of selects(query)) {
      const items = fromItems(select.from_table, context) ?? [];
      for (const condition of filtersOf(select)) {
        const list = listOf(condition, items);
        if (list) replace(condition, list);
        isChanged ||= list !== null;
      }
    }
    return isChanged;
  },
};

/** Two values are not searched for in an index, nor is one of a few. */
const FEW_VALUES = /^(BOOLEAN|ENUM\()/;

function listOf(condition: Ast, items: readonly FromItem[]): Ast | null {
  if (condition.type !== "CONJUNCTION_OR") return null;
  const equalities = alternatives(condition).map(equalityOf);
  const [first] = equalities;
  const found = first && findColumn(first.column, items);
  const type = found?.column.type ?? "";
  if (!first || !found || !isKeyType(type) || FEW_VALUES.test(type)) return null;
  const values: Ast[] = [];
  for (const each of equalities) {
    const other = each && findColumn(each.column, items);
    if (!each || other?.column !== found.column || other.item !== found.item) return null;
    values.push(...each.values);
  }
  // A list is compared in one type: of two kinds, that of the one may not be what the other was.
  const kinds = new Set(values.map(kindOf));
  return kinds.size === 1 ? isIn(first.column, values) : null;
}

const alternatives = (node: Ast): Ast[] =>
  node.type === "CONJUNCTION_OR" ? asNodes(node.children).flatMap(alternatives) : [node];

function equalityOf(node: Ast): { column: Ast; values: Ast[] } | null {
  const [left, right] = [asNode(node.left), asNode(node.right)];
  const [tested, ...list] = asNodes(node.children);
  const isList = node.type === "COMPARE_IN";
  const isEquality = node.type === "COMPARE_EQUAL";
  const column = isList ? tested : isEquality ? [left, right].find((side) => !isValue(side)) : null;
  const values = isList ? list : [left, right].filter((side) => side !== column);
  const given = values.filter((value): value is Ast => value !== null && isValue(value));
  const isWhole = given.length > 0 && given.length === values.length;
  return isWhole && isClass(column ?? null, "COLUMN_REF") && column
    ? { column, values: given }
    : null;
}

/** Type of a literal or cast; parameters take that of the column. */
function kindOf(value: Ast): string {
  if (isClass(value, "CAST")) return asText(asNode(value.cast_type)?.id);
  return isClass(value, "PARAMETER") ? "" : JSON.stringify(asNode(value.value)?.type);
}
