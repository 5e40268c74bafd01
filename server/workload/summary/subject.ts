import { type Ast, asNode, asNodes, asText } from "../ast";
import { refuse } from "./not-summarizable";

export interface TypedTable {
  name: string;
  columns: { name: string; type?: string }[];
}

/** The one SELECT of a query, and the one base table it reads. */
export interface Subject {
  select: Ast;
  from: Ast;
  table: TypedTable;
  /** The name the table goes by in the query. */
  alias: string;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Refuses all but a plain SELECT that groups one known table (no join, CTE, sample, rollup, QUALIFY). */
export function readSubject(root: Ast, tables: readonly TypedTable[]): Subject {
  const select = asNode(asNodes(root.statements)[0]?.node);
  const from = asNode(select?.from_table);
  if (!select || !from || select.type !== "SELECT_NODE" || from.type !== "BASE_TABLE") {
    return refuse("not one SELECT over one table");
  }
  const isPlain =
    asNodes(asNode(select.cte_map)?.map).length === 0 &&
    !select.sample &&
    !select.qualify &&
    asNodes(select.window_clause).length === 0 &&
    (select.group_sets as unknown[]).length <= 1;
  const isWhole =
    !from.sample &&
    !from.at_clause &&
    asText(from.catalog_name) === "" &&
    /^(main)?$/i.test(asText(from.schema_name)) &&
    (from.column_name_alias as unknown[]).length === 0;
  if (!isPlain || !isWhole) return refuse("reads or groups in a way a summary cannot follow");
  const name = asText(from.table_name);
  const table = tables.find((each) => same(each.name, name)) ?? refuse("table not known");
  return { select, from, table, alias: asText(from.alias) || name };
}

/** The table's column that a path (`a`, `t.a`, `main.t.a`) names, in the catalog's spelling. */
export function findColumn({ table, alias, from }: Subject, path: readonly string[]) {
  const [name = "", owner, schema, ...more] = [...path].reverse();
  if (more.length > 0) return undefined;
  if (schema !== undefined && (asText(from.alias) !== "" || !same(schema, "main")))
    return undefined;
  if (owner !== undefined && !same(owner, alias)) return undefined;
  return table.columns.find((column) => same(column.name, name));
}
