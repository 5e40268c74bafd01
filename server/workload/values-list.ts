import { type Ast, asNode, asNodes, asText, descend } from "./ast";

/** DuckDB prints a VALUES list inside a query of this alias, each time one more. */
const PRINTED_VALUES = "valueslist";

/** Takes that query away again, so that a text with a VALUES list comes to rest. */
export function unwrapValues(root: Ast): void {
  for (const node of descend(root)) {
    if (node.type !== "SUBQUERY" || asText(node.alias) !== PRINTED_VALUES) continue;
    const inner = asNode(asNode(node.subquery)?.node);
    const list = asNode(inner?.from_table);
    const isRenamed = Array.isArray(node.column_name_alias) && node.column_name_alias.length > 0;
    if (list?.type !== "EXPRESSION_LIST" || isRenamed || !isPlainStar(inner)) continue;
    for (const key of Object.keys(node)) delete node[key];
    Object.assign(node, list);
  }
}

/** `SELECT * FROM …` and nothing else. */
function isPlainStar(query: Ast | null): boolean {
  const [item, ...others] = asNodes(query?.select_list);
  if (item?.class !== "STAR" || others.length > 0 || asText(item.relation_name) !== "")
    return false;
  const parts = [query?.where_clause, query?.having, query?.qualify, query?.sample, item.expr];
  const lists = [query?.group_expressions, query?.modifiers, item.exclude_list, item.replace_list];
  const ctes = asNodes(asNode(query?.cte_map)?.map);
  return (
    parts.every((part) => (part ?? null) === null) &&
    lists.every((list) => !Array.isArray(list) || list.length === 0) &&
    ctes.length === 0 &&
    item.columns !== true
  );
}
