import { type Ast, asNode, asNodes, asText, descend, isClass } from "../ast";
import { readConditions } from "./read-conditions";
import { columnPath, type ReadContext } from "./read-context";
import { columnOf, renamed, type Scope, type Source, tableSource } from "./scope";

/** Reads a query in FROM and answers its columns. */
type ReadDerived = (inner: Ast) => Source;

/** Adds what FROM names to the scope, then reads its join conditions. */
export function readFrom(
  value: unknown,
  scope: Scope,
  context: ReadContext,
  readDerived: ReadDerived,
): void {
  const node = asNode(value);
  if (node === null) return;
  if (node.type === "BASE_TABLE") addTable(node, scope, context);
  else if (node.type === "SUBQUERY") {
    const inner = asNode(asNode(node.subquery)?.node);
    if (inner) scope.add(asText(node.alias), renamed(readDerived(inner), node.column_name_alias));
  } else if (node.type === "PIVOT") {
    scope.add(asText(node.alias), readPivot(node, context, readDerived));
  } else if (node.type === "JOIN") {
    readFrom(node.left, scope, context, readDerived);
    readFrom(node.right, scope, context, readDerived);
    readConditions(node.condition, scope, context);
    readUsing(node, scope, context);
  }
}

/**
 * PIVOT and UNPIVOT read all of their source and hand on its columns, but for those that they spread
 * over columns, aggregate or gather: what bears such a name afterwards is another.
 */
function readPivot(node: Ast, context: ReadContext, readDerived: ReadDerived): Source {
  const select_list = [{ class: "STAR", type: "STAR" }];
  const source = readDerived({ type: "SELECT_NODE", select_list, from_table: node.source });
  const parts = [...descend([node.aggregates, node.pivots])];
  // COLUMNS(…) gathers whatever it matches.
  if (parts.some((each) => isClass(each, "STAR"))) return { columns: new Map(), openTable: null };
  const made = [node, ...asNodes(node.pivots)].flatMap((each) => textsOf(each.unpivot_names));
  const used = parts.flatMap((each) => {
    if (isClass(each, "COLUMN_REF")) return [columnPath(each).at(-1) ?? ""];
    // UNPIVOT names the columns it gathers as texts.
    return made.length > 0 ? textsOf(asNodes(each.values).map(({ value }) => value)) : [];
  });
  for (const ref of used.map((name) => columnOf(source, name))) {
    if (ref) context.sink.column("projected", ref);
  }
  const columns = new Map(source.columns);
  for (const name of [...used, ...made]) columns.set(name.toLowerCase(), null);
  return { columns, openTable: source.openTable };
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(asText) : []);

function addTable(node: Ast, scope: Scope, context: ReadContext): void {
  const name = asText(node.table_name);
  const cte = asText(node.schema_name) === "" ? scope.findCte(name) : undefined;
  const path = [asText(node.catalog_name), asText(node.schema_name), name].filter(Boolean);
  const source: Source = cte ?? tableSource(path, context);
  if (!cte) {
    const known = [...source.columns.values()][0];
    context.sink.tables.add(known?.table ?? source.openTable ?? name);
  }
  scope.add(asText(node.alias) || name, renamed(source, node.column_name_alias));
}

/**
 * `JOIN u USING (id)`: the column of the right side joins the first other source that has it, and
 * `id` alone is the left side's from then on; the right side's of a RIGHT JOIN, no side's of a FULL one.
 */
function readUsing(node: Ast, scope: Scope, context: ReadContext): void {
  const names = Array.isArray(node.using_columns) ? node.using_columns.map(asText) : [];
  const sources = [...scope.sources.values()];
  for (const name of names) {
    const owners = sources.filter((source) => columnOf(source, name) !== undefined);
    const refs = owners.flatMap((source) => columnOf(source, name) ?? []);
    const [left, right] = [refs[0], refs.at(-1)];
    if (left && right && left !== right) context.sink.join(left, right);
    const kept = node.join_type === "RIGHT" ? owners.at(-1) : owners[0];
    if (kept) scope.merged.set(name.toLowerCase(), node.join_type === "FULL" ? null : kept);
  }
}
