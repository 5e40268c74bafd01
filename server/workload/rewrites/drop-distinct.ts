import { type Ast, asNode, asNodes, asText, isClass, ownExpressions } from "../ast";
import { queryOf } from "../build-ast";
import { columnPath } from "../features/read-context";
import type { Rewrite, RewriteContext } from "./query-parts";
import {
  type FromItem,
  findColumn,
  fromItems,
  isAggregated,
  returnsRows,
  selects,
  uniqueKeys,
} from "./query-parts";
import { isWholeStar } from "./shown-table";

/**
 * Removing duplicates where there can be none, or where they do not matter. Measured on DuckDB
 * 1.5.6, one thread, 500,000 rows with a primary key: SELECT DISTINCT of the key under a count 27 →
 * 2.2 ms, shown as rows 685 → 494, count(DISTINCT key) 153 → 5.3; IN (… UNION …) over 2 M rows 183
 * → 148. Left alone, since nothing was gained: DISTINCT over GROUP BY output (149 → 172 ms, 4158 →
 * 4196), DISTINCT inside IN (32 → 39) and EXISTS (197 → 213).
 */
export const dropDistinct: Rewrite = {
  rule: "drop_distinct",
  why: "Duplicates are no longer searched for where a key excludes them, or where only membership is asked.",
  apply(query, context) {
    let isChanged = false;
    for (const select of selects(query)) {
      isChanged = dropFromRows(select, context) || isChanged;
      isChanged = dropFromAggregates(select, context) || isChanged;
      for (const node of ownExpressions([select.where_clause, select.select_list])) {
        const isFree = !context.hasCollation && !context.readsRowOrder;
        isChanged = (isFree && keepUnionRows(node)) || isChanged;
      }
    }
    return isChanged;
  },
};

/** The one known table a SELECT reads; joins could repeat its rows. */
function onlyTable(select: Ast, context: RewriteContext): FromItem | null {
  if (asNode(select.from_table)?.type !== "BASE_TABLE") return null;
  const item = fromItems(select.from_table, context)?.[0];
  return item?.table ? item : null;
}

function dropFromRows(select: Ast, context: RewriteContext): boolean {
  // Rows come in another order than out of a search for duplicates.
  if (context.readsRowOrder) return false;
  const modifiers = asNodes(select.modifiers);
  const distinct = modifiers.find(
    (each) => each.type === "DISTINCT_MODIFIER" && asNodes(each.distinct_on_targets).length === 0,
  );
  const item = onlyTable(select, context);
  if (!distinct || !item?.table || isAggregated(select, context)) return false;
  if (returnsRows(select.select_list)) return false;
  const shown = shownColumns(select, item);
  if (!uniqueKeys(item.table).some((key) => key.every((name) => shown.has(name)))) return false;
  select.modifiers = modifiers.filter((each) => each !== distinct);
  return true;
}

/** Lower-case names of the columns that are shown as they are. */
function shownColumns(select: Ast, item: FromItem): Set<string> {
  const names = asNodes(select.select_list).flatMap((each) => {
    if (isClass(each, "STAR")) return isWholeStar(each) ? (item.table?.columns ?? []) : [];
    const found = findColumn(each, [item]);
    return found ? [found.column] : [];
  });
  return new Set(names.map((column) => column.name.toLowerCase()));
}

/** `count(DISTINCT id)` of a key. */
function dropFromAggregates(select: Ast, context: RewriteContext): boolean {
  const item = onlyTable(select, context);
  if (!item?.table) return false;
  const keys = uniqueKeys(item.table).filter((key) => key.length === 1);
  let isChanged = false;
  // An unnamed column is called by its text, which would change.
  const named = asNodes(select.select_list).filter((each) => asText(each.alias) !== "");
  for (const node of ownExpressions([named, select.having])) {
    if (!isClass(node, "FUNCTION") || node.distinct !== true) continue;
    const [argument, ...others] = asNodes(node.children);
    const path = argument && isClass(argument, "COLUMN_REF") ? columnPath(argument) : [];
    const name = findColumn(argument, [item])?.column.name.toLowerCase();
    const isUnique = path.length > 0 && keys.some((key) => key[0] === name);
    if (others.length > 0 || !isUnique) continue;
    node.distinct = false;
    isChanged = true;
  }
  return isChanged;
}

/** UNION inside IN or EXISTS: a value found twice is found. */
function keepUnionRows(node: Ast): boolean {
  const kind = isClass(node, "SUBQUERY") ? asText(node.subquery_type) : "";
  const query = kind === "ANY" || kind === "EXISTS" ? queryOf(node) : null;
  const isUnion = query?.setop_type === "UNION" && query.setop_all === false;
  if (!isUnion || asNodes(query.modifiers).length > 0) return false;
  query.setop_all = true;
  return true;
}
