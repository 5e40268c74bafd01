import { type Ast, asNodes, asText, isClass } from "../ast";
import { columnPath } from "../features/context";
import { type FromItem, fromItems, ownExpressions } from "./names";
import type { RewriteContext } from "./types";

/** Where a condition names the window: in the query around it, or in its own QUALIFY. */
export type Place = { kind: "outer"; alias: string } | { kind: "qualify" };

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * Does the node stand for the window's number? It is the window itself, or a name that can mean
 * nothing else: around a derived table the first of two columns of a name wins, in QUALIFY a column
 * of the table wins over an alias, and `s.n` may be a struct's field.
 */
export function meansWindow(
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
