import { PRODUCT_SCHEMA } from "@/server/contracts";
import { type Ast, asNode, asNodes, asText, descend, isClass, ownExpressions } from "../ast";
import { queryOf } from "../build-ast";
import { columnPath } from "../features/read-context";
import type { QueryRewriteOption, Tables } from "../shape";
import { shownTable } from "./shown-table";

export interface RewriteContext {
  tables: Tables;
  /** Lower-case names of all CTEs of the query: they hide tables of the same name. */
  cteNames: ReadonlySet<string>;
  /** Their queries, where the name has one meaning in the query and its columns are not named anew. */
  ctes: ReadonlyMap<string, Ast>;
  aggregates: ReadonlySet<string>;
  /** Something in the query takes rows by the order in which they come (row-order.ts). */
  readsRowOrder: boolean;
  /** The query holds a COLLATE: texts that differ may be equal. */
  hasCollation: boolean;
}

/** One way of rewriting a query. */
export interface Rewrite {
  rule: QueryRewriteOption["rule"];
  why: string;
  /** Changes the statement's query in place at every place the rule fits; false: nowhere. */
  apply(query: Ast, context: RewriteContext): boolean;
}

type Table = Tables[number];

/** What FROM holds under one name; `table` is null for unknown tables, and what computes its rows. */
export interface FromItem {
  alias: string;
  table: Table | null;
  /** An outer join may fill its columns with NULL. */
  isOptional: boolean;
}

/** Joins that fill no column of the left side with NULL; FULL, and what we do not know, may. */
const LEFT_KEPT: ReadonlySet<string> = new Set(["INNER", "LEFT", "SEMI", "ANTI"]);
const RIGHT_KEPT: ReadonlySet<string> = new Set(["INNER", "RIGHT", "SEMI", "ANTI"]);

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Everything named in a FROM clause; null when something in it has no plain name. */
export function fromItems(value: unknown, context: Known, isOptional = false): FromItem[] | null {
  const node = asNode(value);
  if (node === null) return [];
  if (asNodesOrTexts(node.column_name_alias) > 0) return null;
  if (node.type === "BASE_TABLE") {
    const name = asText(node.table_name);
    return [{ alias: asText(node.alias) || name, table: tableOf(node, context), isOptional }];
  }
  if (node.type === "SUBQUERY") {
    return [{ alias: asText(node.alias), table: partOf(queryOf(node), context), isOptional }];
  }
  if (node.type !== "JOIN" || node.ref_type === "POSITIONAL") return null;
  const kind = asText(node.join_type);
  const left = fromItems(node.left, context, isOptional || !LEFT_KEPT.has(kind));
  const right = fromItems(node.right, context, isOptional || !RIGHT_KEPT.has(kind));
  return left && right && [...left, ...right];
}

type Known = Pick<RewriteContext, "cteNames" | "ctes" | "tables">;

function tableOf(node: Ast, context: Known): Table | null {
  const name = asText(node.table_name).toLowerCase();
  if (isForeign(node)) return null;
  if (!isNamedCte(node, context)) {
    return context.tables.find((each) => same(each.name, name)) ?? null;
  }
  // Inside of itself the name means something else.
  const others = [...context.ctes].filter(([each]) => each !== name);
  return partOf(context.ctes.get(name) ?? null, { ...context, ctes: new Map(others) });
}

const partOf = (query: Ast | null, context: Known): Table | null =>
  query && shownTable(query, fromItems(query.from_table, context));

/** A table of another schema, or of another database. */
export function isForeign(node: Ast): boolean {
  const schema = asText(node.schema_name);
  return asText(node.catalog_name) !== "" || (schema !== "" && !same(schema, PRODUCT_SCHEMA));
}

/** A name without a schema may be that of a CTE. */
export const isNamedCte = (node: Ast, { cteNames }: Pick<Known, "cteNames">): boolean =>
  asText(node.schema_name) === "" && cteNames.has(asText(node.table_name).toLowerCase());

const asNodesOrTexts = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

export interface FoundColumn {
  item: FromItem;
  table: Table;
  column: Table["columns"][number];
}

/** The known table's column that a COLUMN_REF surely names; null in any doubt. */
export function findColumn(node: unknown, items: readonly FromItem[]): FoundColumn | null {
  const reference = asNode(node);
  if (!isClass(reference, "COLUMN_REF")) return null;
  const path = columnPath(reference);
  const name = path.at(-1) ?? "";
  if (path.length > 2) return null;
  const qualifier = path.length === 2 ? (path[0] ?? "") : null;
  const isOpen = qualifier === null && items.some((item) => item.table === null);
  const found = items
    .filter((item) => qualifier === null || same(item.alias, qualifier))
    .flatMap((item) => {
      const column = item.table && columnNamed(item.table, name);
      return item.table && column ? [{ item, table: item.table, column }] : [];
    });
  return !isOpen && found.length === 1 ? (found[0] ?? null) : null;
}

const columnsByName = new WeakMap<Table, Map<string, Table["columns"][number]>>();

/** The table's column of a name in any case: tables of thousands are asked for many. */
function columnNamed(table: Table, name: string): Table["columns"][number] | undefined {
  let known = columnsByName.get(table);
  if (known === undefined) {
    // Of two names that differ in case, the first.
    const named = table.columns.map((column) => [column.name.toLowerCase(), column] as const);
    known = new Map(named.reverse());
    columnsByName.set(table, known);
  }
  return known.get(name.toLowerCase());
}

const isKey = (type: string): boolean => type === "PRIMARY KEY" || type === "UNIQUE";

function isColumnNeverNull(table: Table, name: string): boolean {
  const column = columnNamed(table, name);
  if (!column) return false;
  const constraints = table.constraints ?? [];
  return (
    column.nullable === false ||
    constraints.some(
      ({ type, columns }) =>
        (type === "PRIMARY KEY" || type === "NOT NULL") && columns.some((each) => same(each, name)),
    )
  );
}

/** By constraint; columns on the optional side of an outer join can be NULL all the same. */
export function isNeverNull({ item, table, column }: FoundColumn): boolean {
  return !item.isOptional && isColumnNeverNull(table, column.name);
}

/**
 * Column lists no two rows share, lower case: by primary key, or by a UNIQUE constraint or index over
 * columns that are never NULL (of NULLs a unique index takes any number; one over expressions names
 * no columns).
 */
export function uniqueKeys(table: Table): string[][] {
  const constraints = (table.constraints ?? []).filter(({ type }) => isKey(type));
  const indexes = (table.indexes ?? []).filter((index) => index.is_unique);
  return [...constraints, ...indexes]
    .map(({ columns }) => columns.map((name) => name.toLowerCase()))
    .filter((columns) => columns.length > 0)
    .filter((columns) => columns.every((name) => isColumnNeverNull(table, name)));
}

export function* selects(query: Ast): Generator<Ast> {
  for (const node of descend(query)) if (node.type === "SELECT_NODE") yield node;
}

export function hasModifier(query: Ast, ...types: string[]): boolean {
  return asNodes(query.modifiers).some((each) => types.includes(asText(each.type)));
}

/** Names of functions, aggregates and window functions used anywhere below. */
export function functionNames(value: unknown): string[] {
  return [...descend(value)]
    .filter((node) => isClass(node, "FUNCTION") || isClass(node, "WINDOW"))
    .map((node) => asText(node.function_name).toLowerCase());
}

const ROWS_EACH = /^(unnest|unlist|generate_subscripts|regexp_split_to_table)$/;

/** Functions that answer several rows for one. */
export const returnsRows = (value: unknown): boolean =>
  functionNames(value).some((name) => ROWS_EACH.test(name));

/** Aggregates without a window, or GROUP BY: one row for many. */
export function isAggregated(query: Ast, context: RewriteContext): boolean {
  if (asNodes(query.group_expressions).length > 0) return true;
  if (query.aggregate_handling === "FORCE_AGGREGATES" || asNode(query.having)) return true;
  for (const node of ownExpressions(query.select_list)) {
    if (isClass(node, "FUNCTION") && context.aggregates.has(asText(node.function_name)))
      return true;
  }
  return false;
}

/** AND-ed parts of a condition. */
export function conditionsOf(value: unknown): Ast[] {
  const node = asNode(value);
  if (node === null) return [];
  return node.type === "CONJUNCTION_AND" ? asNodes(node.children).flatMap(conditionsOf) : [node];
}

/** Conditions that every row of a SELECT's FROM and WHERE passes: of ON, those of inner joins. */
export function filtersOf(select: Ast): Ast[] {
  return [...innerConditions(select.from_table), ...conditionsOf(select.where_clause)];
}

function innerConditions(from: unknown): Ast[] {
  const node = asNode(from);
  if (node?.type !== "JOIN" || node.join_type !== "INNER") return [];
  const own = node.ref_type === "REGULAR" ? conditionsOf(node.condition) : [];
  return [...innerConditions(node.left), ...innerConditions(node.right), ...own];
}
