import {
  type Ast,
  asNode,
  asNodes,
  asText,
  descend,
  isClass,
  isValue,
  ownExpressions,
} from "../ast";
import {
  coalesce,
  column,
  compare,
  conjunction,
  derivedTable,
  integer,
  queryOf,
  replace,
  select as selectFrom,
} from "../build-ast";
import { isKeyType, isSumType } from "../column-types";
import { columnPath } from "../features/read-context";
import type { Rewrite, RewriteContext } from "./query-parts";
import {
  conditionsOf,
  type FoundColumn,
  type FromItem,
  findColumn,
  fromItems,
  hasModifier,
  isAggregated,
  selects,
} from "./query-parts";

/**
 * An aggregate for each outer row, asked by a correlated subquery in the select list, as a LEFT JOIN
 * with the grouped table. Measured on DuckDB 1.5.6, 100,000 outer and 2 M inner rows, one thread:
 * sum 416 → 188 ms, count 423 → 164, two of them, 1 M inner rows, 472 → 352. It loses where a filter keeps
 * few outer rows (1%: 18 → 103 ms), because DuckDB then reads only what those need: so a query with
 * a filter of its own is left alone. So are subqueries in WHERE (360 → 388; 190 → 163).
 */
export const decorrelateSubquery: Rewrite = {
  rule: "decorrelate_subquery",
  why: "Aggregates asked anew for each row are computed once for all keys and joined; a row without a match still gets NULL, or 0 for a count.",
  apply(query, context) {
    // The join hands rows on in an order of its own, and computes more than a LIMIT asks for.
    if (context.readsRowOrder) return false;
    const subqueries = [...descend(query)].filter((node) => isClass(node, "SUBQUERY"));
    if (subqueries.length === 0) return false;
    const places = [...selects(query)]
      .filter((select) => isPlain(select, context))
      .flatMap((select) => namedExpressions(select).map((node) => ({ select, node })))
      .filter(({ select, node }) => joinFor(node, select, "", context) !== null);
    // Beside the join DuckDB computes what stays a subquery where it did not before (of an empty table,
    // say), and that may fail.
    if (places.length === 0 || places.length < subqueries.length) return false;
    for (const [index, { select, node }] of places.entries()) {
      const joined = joinFor(node, select, `_joined_${index + 1}`, context);
      if (!joined) continue;
      select.from_table = joined.from;
      replace(node, joined.value);
    }
    return true;
  },
};

/** An unnamed column is called by its text, which would change. */
const namedExpressions = (select: Ast): Ast[] =>
  asNodes(select.select_list)
    .filter((item) => asText(item.alias) !== "")
    .flatMap((item) => [...ownExpressions(item)]);

/** Rows of FROM as they are: a star would show the joined columns as well. */
function isPlain(select: Ast, context: RewriteContext): boolean {
  const isStarred = asNodes(select.select_list).some(
    (item) => isClass(item, "STAR") && asText(item.relation_name) === "",
  );
  return (
    !isStarred &&
    !asNode(select.where_clause) &&
    !isAggregated(select, context) &&
    !hasModifier(select, "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER") &&
    isJoinedByColumns(select.from_table)
  );
}

/**
 * A value in ON is a filter too. A cross join DuckDB prints as a comma, which binds looser than the
 * LEFT JOIN behind it.
 */
function isJoinedByColumns(from: unknown): boolean {
  const node = asNode(from);
  if (node?.type !== "JOIN") return true;
  if (node.ref_type === "CROSS") return false;
  const isValueFree = [...descend(node.condition)].every((each) => !isValue(each));
  return isValueFree && isJoinedByColumns(node.left) && isJoinedByColumns(node.right);
}

const AGGREGATES = new Set(["count", "count_star", "sum", "avg", "min", "max"]);

/** The joined columns carry the join's name: what else the query calls so stays one thing. */
function joinFor(
  node: Ast,
  outer: Ast,
  alias: string,
  context: RewriteContext,
): { from: Ast; value: Ast } | null {
  const isScalar = isClass(node, "SUBQUERY") && node.subquery_type === "SCALAR";
  const inner = isScalar ? queryOf(node) : null;
  const [aggregate, ...others] = asNodes(inner?.select_list);
  if (!inner || !aggregate || others.length > 0 || !isSimple(inner, aggregate)) return null;
  const items = fromItems(inner.from_table, context);
  const around = fromItems(outer.from_table, context);
  if (!items || !around || around.length === 0) return null;
  const split = splitConditions(inner.where_clause, items, around);
  if (!split) return null;
  const { keys, rest } = split;
  if (keys.length === 0 || !isInner([aggregate, inner.from_table], items)) return null;
  if (!neverFails(aggregate, items) || !rest.every(isHarmless)) return null;
  const grouped = selectFrom(
    [
      ...keys.map((key, index) => ({ ...key.inner, alias: `${alias}_key_${index + 1}` })),
      { ...aggregate, alias: `${alias}_value` },
    ],
    inner.from_table,
    conjunction(rest),
    keys.map((key) => key.inner),
  );
  const on = keys.map((key, index) =>
    compare("COMPARE_EQUAL", column(alias, `${alias}_key_${index + 1}`), key.outer),
  );
  const value = column(alias, `${alias}_value`);
  const isCount = asText(aggregate.function_name).startsWith("count");
  return {
    from: leftJoin(outer.from_table, derivedTable(grouped, alias), conjunction(on)),
    value: isCount ? coalesce(value, integer(0)) : value,
  };
}

const HARMLESS = /^(COLUMN_REF|CONSTANT|PARAMETER|COMPARISON|BETWEEN|CONJUNCTION|OPERATOR)$/;

/** Compares columns with values, and computes nothing that may fail. */
const isHarmless = (condition: unknown): boolean =>
  [...descend(condition)].every(
    (node) => !("class" in node) || isValue(node) || HARMLESS.test(asText(node.class)),
  );

const WIDENING = /^(FLOAT|DOUBLE|DECIMAL\((\d|1[0-8]),\d+\))$/;

/**
 * The grouped table has keys that no outer row asks for, NULL among them: none of them may end the
 * query, by a sum that overflows, say.
 */
function neverFails(aggregate: Ast, items: FromItem[]): boolean {
  if (!isHarmless(aggregate.filter)) return false;
  const isSummed = /^(sum|avg)$/.test(asText(aggregate.function_name));
  return asNodes(aggregate.children).every((argument) => {
    const found = findColumn(argument, items);
    return found ? !isSummed || isSumType(found.column.type) : isArithmetic(argument, items);
  });
}

/** Of numbers that cannot overflow: floating-point ones, and decimals that DuckDB widens. */
function isArithmetic(node: Ast, items: FromItem[]): boolean {
  const type = findColumn(node, items)?.column.type;
  if (type !== undefined) return WIDENING.test(type);
  const isOperation = isClass(node, "FUNCTION") && /^[-+*]$/.test(asText(node.function_name));
  return isOperation && asNodes(node.children).every((child) => isArithmetic(child, items));
}

interface Key {
  inner: Ast;
  outer: Ast;
}

/** Equalities with the outer row, and conditions on the subquery's own tables; null for others. */
function splitConditions(
  where: unknown,
  items: FromItem[],
  around: FromItem[],
): { keys: Key[]; rest: Ast[] } | null {
  const keys: Key[] = [];
  const rest: Ast[] = [];
  for (const condition of conditionsOf(where)) {
    const key = correlation(condition, items, around);
    if (key) keys.push(key);
    else if (isInner(condition, items)) rest.push(condition);
    else return null;
  }
  return { keys, rest };
}

const leftJoin = (left: unknown, right: Ast, condition: Ast | null): Ast => ({
  type: "JOIN",
  alias: "",
  sample: null,
  left,
  right,
  condition,
  join_type: "LEFT",
  ref_type: "REGULAR",
  using_columns: [],
  delim_flipped: false,
  duplicate_eliminated_columns: [],
});

function isSimple(inner: Ast, aggregate: Ast): boolean {
  return (
    inner.type === "SELECT_NODE" &&
    asNodes(inner.modifiers).length === 0 &&
    asNodes(inner.group_expressions).length === 0 &&
    asNodes(asNode(inner.cte_map)?.map).length === 0 &&
    inner.aggregate_handling === "STANDARD_HANDLING" &&
    !asNode(inner.having) &&
    !asNode(inner.qualify) &&
    !asNode(inner.sample) &&
    isClass(aggregate, "FUNCTION") &&
    AGGREGATES.has(asText(aggregate.function_name))
  );
}

/** `inner.k = outer.k`, both named so that no doubt is left. */
function correlation(condition: Ast, items: FromItem[], around: FromItem[]): Key | null {
  if (condition.type !== "COMPARE_EQUAL") return null;
  const sides = [asNode(condition.left), asNode(condition.right)];
  for (const [inner, outer] of [sides, [...sides].reverse()]) {
    const inside = findColumn(inner, items);
    const outside = findColumn(outer, around);
    if (!inner || !outer || !inside || !outside || columnPath(outer).length !== 2) continue;
    const isShadowed = items.some(
      (item) => item.alias.toLowerCase() === outside.item.alias.toLowerCase(),
    );
    if (!isShadowed && isOneKind(inside, outside)) return { inner, outer };
  }
  return null;
}

/**
 * Equal to the outer value means one group: '1' and '01' of a text are both equal to the number 1,
 * and would join an outer row twice.
 */
function isOneKind(inside: FoundColumn, outside: FoundColumn): boolean {
  const { type } = inside.column;
  return type === outside.column.type && isKeyType(type);
}

/** Names columns of the subquery's own tables only. */
function isInner(value: unknown, items: FromItem[]): boolean {
  return [...ownExpressions(value)].every((node) => {
    if (isClass(node, "SUBQUERY") || node.type === "SUBQUERY") return false;
    return !isClass(node, "COLUMN_REF") || findColumn(node, items) !== null;
  });
}
