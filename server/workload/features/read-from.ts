import { type Ast, asNode, asText } from "../ast";
import type { ReadContext } from "./context";
import { readConditions } from "./read-conditions";
import { type Scope, type Source, tableSource } from "./scope";

/** Reads a query that stands in FROM and answers what its columns are. */
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
    if (inner) scope.add(asText(node.alias), readDerived(inner));
  } else if (node.type === "JOIN") {
    readFrom(node.left, scope, context, readDerived);
    readFrom(node.right, scope, context, readDerived);
    readConditions(node.condition, scope, context);
    readUsing(node, scope, context);
  }
}

function addTable(node: Ast, scope: Scope, context: ReadContext): void {
  const name = asText(node.table_name);
  const cte = asText(node.schema_name) === "" ? scope.findCte(name) : undefined;
  const path = [asText(node.catalog_name), asText(node.schema_name), name].filter(Boolean);
  const source: Source = cte ?? tableSource(path, context);
  if (!cte) {
    const known = [...source.columns.values()][0];
    context.sink.tables.add(known?.table ?? source.openTable ?? name);
  }
  scope.add(asText(node.alias) || name, source);
}

/** `JOIN u USING (id)`: the column of the right side joins the first other source that has it. */
function readUsing(node: Ast, scope: Scope, context: ReadContext): void {
  const names = Array.isArray(node.using_columns) ? node.using_columns.map(asText) : [];
  const sources = [...scope.sources.values()];
  for (const name of names) {
    const owners = sources.flatMap((source) => {
      const known = source.columns.get(name.toLowerCase());
      if (known) return [known];
      return source.openTable === null ? [] : [{ table: source.openTable, column: name }];
    });
    const [left, right] = [owners[0], owners.at(-1)];
    if (left && right && left !== right) context.sink.join(left, right);
  }
}
