import { type Ast, asNode, asNodes, asText, descend, isClass } from "../ast";
import { columnPath } from "../features/read-context";
import { fromItems, hasModifier, type RewriteContext, selects, uniqueKeys } from "./query-parts";

/** Aggregates whose value is the same in whatever order their rows come. */
export const ORDER_BLIND: ReadonlySet<string> = new Set(
  "count count_star sum avg min max bool_and bool_or bit_and bit_or bit_xor stddev stddev_samp stddev_pop variance var_samp var_pop median quantile_cont quantile_disc approx_count_distinct".split(
    " ",
  ),
);

type Known = Pick<RewriteContext, "aggregates" | "cteNames" | "ctes" | "tables">;

/**
 * Does anything in the query take its rows by the order in which they come? Then no rule may change
 * that order: SQL leaves it open, but DuckDB keeps the order of insertion, and queries count on it.
 * `list`, `first` and `string_agg`, samples, positional joins, ties of ASOF joins, of DISTINCT ON, of
 * a LIMIT and of numbered rows are such.
 */
export function readsRowOrder(query: Ast, context: Known): boolean {
  for (const node of descend(query)) {
    if (node.ref_type === "POSITIONAL" || node.ref_type === "ASOF" || node.sample) return true;
    if (asNodes(node.modifiers).some((each) => asNodes(each.distinct_on_targets).length > 0)) {
      return true;
    }
    const isAggregate =
      isClass(node, "FUNCTION") && context.aggregates.has(asText(node.function_name).toLowerCase());
    if (isAggregate && !ORDER_BLIND.has(asText(node.function_name).toLowerCase())) return true;
    const isSelect = node.type === "SELECT_NODE";
    if (!isSelect && hasModifier(node, "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER")) return true;
  }
  return [...selects(query)].some((select) => cutsOrNumbers(select, context));
}

/** A LIMIT, or a window function, whose rows tie. */
function cutsOrNumbers(select: Ast, context: Known): boolean {
  const isTotal = (orders: unknown): boolean => namesKey(orders, select, context);
  const sorted = asNodes(select.modifiers).find((each) => each.type === "ORDER_MODIFIER");
  const isCut = hasModifier(select, "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER");
  if (isCut && !isTotal(sorted?.orders)) return true;
  const own = { ...select, from_table: null, cte_map: null };
  return [...descend(own)].some(
    (node) => isClass(node, "WINDOW") && !isSettledWindow(node) && !isTotal(node.orders),
  );
}

const RANKS = /^WINDOW_(RANK|RANK_DENSE|PERCENT_RANK|CUME_DIST)$/;

/** Rows that tie get the same value: ranks, and aggregates over whole peers. */
function isSettledWindow(window: Ast): boolean {
  if (RANKS.test(asText(window.type))) return true;
  const isBlind = ORDER_BLIND.has(asText(window.function_name).toLowerCase());
  const isOfPeers = window.start === "UNBOUNDED_PRECEDING" && window.end === "CURRENT_ROW_RANGE";
  return window.type === "WINDOW_AGGREGATE" && isBlind && isOfPeers;
}

/** Do the sort terms name a key of the one table that is read, so that no two rows tie? */
function namesKey(orders: unknown, select: Ast, context: Known): boolean {
  const from = asNode(select.from_table);
  const table = from?.type === "BASE_TABLE" ? fromItems(from, context)?.[0]?.table : null;
  if (!table) return false;
  const names = new Set(
    asNodes(orders)
      .map((order) => asNode(order.expression))
      .map((node) => (isClass(node, "COLUMN_REF") ? columnPath(node).at(-1)?.toLowerCase() : "")),
  );
  const aliases = asNodes(select.select_list).map((item) => asText(item.alias).toLowerCase());
  return uniqueKeys(table).some((key) =>
    key.every((name) => names.has(name) && !aliases.includes(name)),
  );
}
