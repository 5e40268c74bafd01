import { type Ast, asNode, asNodes, asText, isClass } from "../ast";
import { columnPath } from "../features/read-context";
import type { Tables } from "../shape";

type Table = Tables[number];

/** A table under the name that the query around it knows it by. */
interface Named {
  alias: string;
  table: Table | null;
}

/**
 * What a derived table, CTE or view is a part of: a table with the columns it shows as they are, with
 * their types, but without keys. null where it does more than filter the one table that it reads.
 * `sources`: what its FROM holds.
 */
export function shownTable(query: Ast, sources: readonly Named[] | null): Table | null {
  const [source, ...others] = sources ?? [];
  if (!source?.table || others.length > 0 || !isPlainSelect(query)) return null;
  const columns = shownColumns(asNodes(query.select_list), source.alias, source.table);
  return columns && { name: source.table.name, columns };
}

/** Neither groups, orders nor limits, and reads its table as it is; it may filter. */
export function isPlainSelect(query: Ast): boolean {
  const parts = [query.having, query.qualify, query.sample];
  const lists = [query.group_expressions, query.group_sets, query.modifiers];
  const from = asNode(query.from_table);
  const isCut = Boolean(from?.sample ?? from?.at_clause);
  return (
    query.type === "SELECT_NODE" &&
    !isCut &&
    parts.every((part) => (part ?? null) === null) &&
    lists.every((list) => !Array.isArray(list) || list.length === 0) &&
    query.aggregate_handling !== "FORCE_AGGREGATES" &&
    asNodes(asNode(query.cte_map)?.map).length === 0
  );
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function shownColumns(items: Ast[], owner: string, table: Table): Table["columns"] | null {
  const columns: Table["columns"] = [];
  for (const item of items) {
    if (isWholeStar(item)) {
      columns.push(...table.columns);
      continue;
    }
    if (!isClass(item, "COLUMN_REF")) return null;
    const [last = "", qualifier = owner, ...more] = [...columnPath(item)].reverse();
    const column = table.columns.find((each) => same(each.name, last));
    if (!column || more.length > 0 || !same(qualifier, owner)) return null;
    columns.push({ ...column, name: asText(item.alias) || column.name });
  }
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return names.size === columns.length ? columns : null;
}

/** `*` or `t.*`, and nothing left out, replaced or renamed. */
export function isWholeStar(star: Ast): boolean {
  const lists = [
    star.exclude_list,
    star.replace_list,
    star.qualified_exclude_list,
    star.rename_list,
  ];
  const isWhole = lists.every((list) => !Array.isArray(list) || list.length === 0);
  return isClass(star, "STAR") && isWhole && star.columns !== true && !star.expr;
}
