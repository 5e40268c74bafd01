import { type Ast, asNode, asNodes, asText, isClass, ownExpressions } from "../ast";
import {
  call,
  cast,
  coalesce,
  derivedTable,
  integer,
  queryOf,
  select as selectFrom,
  text,
} from "../build-ast";
import { columnPath } from "../features/read-context";
import {
  conditionsOf,
  type FromItem,
  fromItems,
  isAggregated,
  type Rewrite,
  type RewriteContext,
  returnsRows,
  selects,
} from "./query-parts";

/**
 * `row_number() OVER (ORDER BY …) <= n` over all rows: ORDER BY … LIMIT n first, so that only n rows
 * are numbered. Measured on DuckDB 1.5.6, 1 M rows, one thread: 247 → 6.0 ms. Left
 * alone, since nothing was gained: one row a group by arg_max (209 → 196, with further columns 266 →
 * 512), by a join with the maxima (487 → 447), QUALIFY instead of a derived table (311 → 306), n
 * rows a group by max(x, n) (803 → 1026), `d = (SELECT max(d) …)` by LIMIT (5.0 → 4.5).
 */
export const topN: Rewrite = {
  rule: "top_n",
  why: "Rows are numbered after ORDER BY … LIMIT has kept those that can pass the filter on the number, in the same order.",
  apply(query, context) {
    let isChanged = false;
    for (const select of [...selects(query)]) {
      const inner = select.from_table ? queryOf(asNode(select.from_table) ?? {}) : null;
      if (inner?.type === "SELECT_NODE" && !hasColumnNames(asNode(select.from_table))) {
        const alias = asText(asNode(select.from_table)?.alias);
        const place = { kind: "outer", alias } as const;
        isChanged = limitRows(inner, select.where_clause, place, context) || isChanged;
      }
      isChanged = limitRows(select, select.qualify, { kind: "qualify" }, context) || isChanged;
    }
    return isChanged;
  },
};

/** Limits the rows a SELECT numbers to those a condition on the number keeps. */
function limitRows(query: Ast, condition: unknown, place: Place, context: RewriteContext): boolean {
  const windows = [...ownExpressions([query.select_list, query.qualify])].filter((node) =>
    isClass(node, "WINDOW"),
  );
  const [window, ...others] = windows;
  const from = asNode(query.from_table);
  if (!window || others.length > 0 || !from || !isPlain(query, from, context)) return false;
  const isNumber = (node: unknown) => meansWindow(asNode(node), window, query, place, context);
  const limit = isRowNumber(window) ? limitOf(condition, isNumber) : null;
  if (!limit || !namesColumnsOnly(window, query)) return false;
  const name = asText(from.alias) || asText(from.table_name);
  const rows = selectFrom([star()], from, asNode(query.where_clause));
  rows.modifiers = [
    { type: "ORDER_MODIFIER", orders: structuredClone(window.orders) },
    { type: "LIMIT_MODIFIER", limit: rowLimit(limit), offset: null },
  ];
  query.from_table = derivedTable(rows, name);
  query.where_clause = null;
  return true;
}

const ALL_ROWS = "9223372036854775807";

/**
 * As many rows as may pass: LIMIT fails below 0 and takes whole numbers only. A bound that is none, as
 * one beyond 64 bits, limits nothing; the condition itself stays.
 */
const rowLimit = (bound: Ast): Ast =>
  call(
    "greatest",
    coalesce(cast(structuredClone(bound), "BIGINT", true), cast(text(ALL_ROWS), "BIGINT")),
    integer(0),
  );

const star = (): Ast => ({
  class: "STAR",
  type: "STAR",
  alias: "",
  relation_name: "",
  exclude_list: [],
  replace_list: [],
  columns: false,
  expr: null,
  qualified_exclude_list: [],
  rename_list: [],
});

/** `AS q(a, b)`: columns under other names. */
function hasColumnNames(from: Ast | null): boolean {
  return Array.isArray(from?.column_name_alias) && from.column_name_alias.length > 0;
}

/** Rows of one table or derived table, filtered at most: what can stand in a derived table as it is. */
function isPlain(query: Ast, from: Ast, context: RewriteContext): boolean {
  const isOneSource = from.type === "BASE_TABLE" || from.type === "SUBQUERY";
  const isNamed = asText(from.alias) !== "" || asText(from.table_name) !== "";
  if (!isOneSource || !isNamed || hasColumnNames(from) || from.sample || query.sample) return false;
  if (asNodes(query.modifiers).length > 0 || isAggregated(query, context)) return false;
  if (returnsRows(query.select_list)) return false;
  // rowid is no column of a derived table; a path through a schema would find it no more.
  return [...ownExpressions([query.select_list, query.where_clause])].every((node) => {
    const path = isClass(node, "COLUMN_REF") ? columnPath(node) : [];
    return path.length < 3 && path.at(-1)?.toLowerCase() !== "rowid";
  });
}

function isRowNumber(window: Ast): boolean {
  const isNumbering =
    window.type === "WINDOW_ROW_NUMBER" && asNodes(window.partitions).length === 0;
  return isNumbering && !asNode(window.filter_expr) && asNodes(window.orders).length > 0;
}

/** Ordered by columns, not by what the select list calls so. */
function namesColumnsOnly(window: Ast, query: Ast): boolean {
  const items = asNodes(query.select_list);
  const aliases = items.map((item) => asText(item.alias).toLowerCase()).filter(Boolean);
  return [...ownExpressions(window.orders)].every((node) => {
    if (isClass(node, "SUBQUERY") || isClass(node, "CONSTANT")) return false;
    if (!isClass(node, "COLUMN_REF")) return true;
    const path = columnPath(node);
    return path.length > 1 || !aliases.includes((path[0] ?? "").toLowerCase());
  });
}

/** The value the number may reach at most; the condition itself stays. */
function limitOf(condition: unknown, isNumber: (node: unknown) => boolean): Ast | null {
  for (const each of conditionsOf(condition)) {
    const isUpper = /^COMPARE_(EQUAL|LESSTHAN|LESSTHANOREQUALTO)$/.test(asText(each.type));
    const between = each.type === "COMPARE_BETWEEN" && isNumber(each.input) ? each.upper : null;
    const bound = asNode(isUpper && isNumber(each.left) ? each.right : between);
    if (isClass(bound, "CONSTANT") || isClass(bound, "PARAMETER")) return bound;
  }
  return null;
}

/** Where a condition names the window: in the query around it, or in its own QUALIFY. */
type Place = { kind: "outer"; alias: string } | { kind: "qualify" };

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * Does the node stand for the window's number? It is the window itself, or a name that can mean
 * nothing else: around a derived table the first of two columns of a name wins, in QUALIFY a column
 * of the table wins over an alias, and `s.n` may be a struct's field.
 */
function meansWindow(
  node: Ast | null,
  window: Ast,
  query: Ast,
  place: Place,
  context: RewriteContext,
): boolean {
  if (node === window) return true;
  const name = asText(window.alias);
  if (!isClass(node, "COLUMN_REF") || name === "") return false;
  const [last = "", owner, ...more] = [...columnPath(node)].reverse();
  const isOwned =
    owner === undefined ||
    (place.kind === "outer" && place.alias !== "" && same(owner, place.alias));
  if (!isOwned || more.length > 0 || !same(last, name)) return false;
  const others = asNodes(query.select_list).filter((item) => item !== window);
  if (others.some((item) => isCalled(item, name))) return false;
  const isStarred = others.some((item) => isClass(item, "STAR"));
  return (!isStarred && place.kind === "outer") || isNoColumn(name, query, context);
}

function isCalled(item: Ast, name: string): boolean {
  if (same(asText(item.alias), name)) return true;
  if (isClass(item, "COLUMN_REF") && asText(item.alias) === "") {
    return same(columnPath(item).at(-1) ?? "", name);
  }
  // COLUMNS(…) and renamed columns: any name.
  return [...ownExpressions(item)].some(
    (node) => isClass(node, "STAR") && (node.columns === true || isFilled(node.rename_list)),
  );
}

const isFilled = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

/** All that the query reads are known tables, and none has such a column. */
function isNoColumn(name: string, query: Ast, context: RewriteContext): boolean {
  const items = fromItems(query.from_table, context);
  const isWithout = ({ table }: FromItem): boolean =>
    table !== null && !table.columns.some((column) => same(column.name, name));
  const stars = asNodes(query.select_list).filter((item) => isClass(item, "STAR"));
  // `s.*` of a struct shows its fields.
  const isOfTables = stars.every((star) => {
    const owner = asText(star.relation_name);
    return owner === "" || items?.some(({ alias }) => same(alias, owner));
  });
  return items !== null && items.length > 0 && isOfTables && items.every(isWithout);
}
