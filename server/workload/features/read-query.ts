import { type Ast, asNode, asNodes, asText, descend, isClass, ownExpressions } from "../ast";
import { isWholeStar } from "../rewrites/shown-table";
import { readConditions } from "./read-conditions";
import { columnPath, columnsIn, type ReadContext } from "./read-context";
import { readFrom } from "./read-from";
import { backingRefs, combined, renamed, Scope, type Source } from "./scope";

/**
 * Reads one query (SELECT or set operation) and answers its output columns, so that a filter
 * outside a subquery or CTE is found to be a filter on the base column it passes through.
 * `siblings` is the scope whose CTEs are visible although its tables are not.
 */
export function readQuery(
  node: Ast,
  outer: Scope | null,
  context: ReadContext,
  siblings: Scope | null = null,
): Source {
  const scope = new Scope(outer);
  context.scopes.set(node, scope);
  seeCtes(scope, siblings);
  readCtes(node, scope, context);
  if (node.type === "SET_OPERATION_NODE" || node.type === "RECURSIVE_CTE_NODE") {
    const parts = [node.left, node.right, ...asNodes(node.children)].map(asNode);
    const read = parts.flatMap((part) => (part ? [readQuery(part, outer, context, scope)] : []));
    // By name, or with a LIMIT behind it, its columns are others.
    const isByPlace = /^(UNION|EXCEPT|INTERSECT)$/.test(asText(node.setop_type));
    return isByPlace && !isLimited(node) ? combined(read) : NOTHING;
  }
  readFrom(node.from_table, scope, context, (inner) => readBeside(inner, scope, context));
  readConditions(node.where_clause, scope, context);
  const items = readSelectList(node, scope, context);
  readOrder(node, items, scope, context);
  readSubqueries(node, scope, context);
  return outputOf(node, items, scope);
}

const NOTHING: Source = { columns: new Map(), openTable: null };

const isLimited = (node: Ast): boolean =>
  asNodes(node.modifiers).some((each) => asText(each.type).startsWith("LIMIT"));

/** Makes the CTEs of another scope, and of those around it, visible where their tables are not. */
function seeCtes(scope: Scope, siblings: Scope | null): void {
  for (let each = siblings; each; each = each.outer) {
    for (const [name, source] of each.ctes) if (!scope.ctes.has(name)) scope.ctes.set(name, source);
  }
}

/** Reads a CTE, or a query in FROM: it sees the CTEs of `scope` but not its tables. */
function readBeside(inner: Ast, scope: Scope, context: ReadContext): Source {
  return readQuery(inner, scope.outer, context, scope);
}

function readCtes(node: Ast, scope: Scope, context: ReadContext): void {
  for (const entry of asNodes(asNode(node.cte_map)?.map)) {
    const name = asText(entry.key).toLowerCase();
    const query = asNode(asNode(asNode(entry.value)?.query)?.node);
    // A recursive CTE names itself: known first, without columns.
    scope.ctes.set(name, { columns: new Map(), openTable: null });
    const aliases = asNode(entry.value)?.aliases;
    if (query) scope.ctes.set(name, renamed(readBeside(query, scope, context), aliases));
  }
}

/** Subqueries inside expressions: WHERE, the select list, HAVING; those in FROM were read there. */
function readSubqueries(node: Ast, scope: Scope, context: ReadContext): void {
  const parts = [node.where_clause, node.select_list, node.having, node.qualify];
  for (const each of ownExpressions(parts)) {
    const inner = isClass(each, "SUBQUERY") ? asNode(asNode(each.subquery)?.node) : null;
    if (!inner) continue;
    const star = context.sink.selectsStar;
    readQuery(inner, scope, context);
    if (each.subquery_type === "EXISTS") context.sink.selectsStar = star;
    if (each.subquery_type === "ANY") readMembership(each, inner, scope, context);
  }
}

/** `a IN (SELECT b FROM u)` compares a with u.b when both are plain columns. */
function readMembership(subquery: Ast, inner: Ast, scope: Scope, context: ReadContext): void {
  const left = columnsIn(subquery.child, scope)[0];
  const item = asNodes(inner.select_list)[0];
  const innerScope = context.scopes.get(inner);
  if (!left || !innerScope || !isClass(item ?? null, "COLUMN_REF")) return;
  const right = columnsIn(item, innerScope)[0];
  if (right) context.sink.join(left, right, true);
}

/** Columns a query passes to the enclosing one; none when a LIMIT or window comes between. */
function outputOf(node: Ast, items: Ast[], scope: Scope): Source {
  const columns: Source["columns"] = new Map();
  let openTable: string | null = null;
  const isBarrier =
    isLimited(node) || [...descend(node.select_list)].some((each) => isClass(each, "WINDOW"));
  const inOrder: NonNullable<Source["inOrder"]> = [];
  let isOrderKnown = !isBarrier && scope.merged.size === 0;
  for (const item of items) {
    if (isClass(item, "STAR")) {
      const shown = starColumns(item, scope);
      if (shown) inOrder.push(...shown);
      else isOrderKnown = false;
      for (const source of scope.sources.values()) {
        for (const [name, ref] of source.columns) columns.set(name, isBarrier ? null : ref);
        if (!isBarrier) openTable = source.openTable ?? openTable;
      }
      for (const name of scope.merged.keys()) {
        columns.set(name, isBarrier ? null : (scope.resolve([name])?.ref ?? null));
      }
      continue;
    }
    const path = isClass(item, "COLUMN_REF") ? columnPath(item) : [];
    const name = asText(item.alias) || (path.at(-1) ?? "");
    const ref = path.length > 0 ? (scope.resolve(path)?.ref ?? null) : null;
    if (name !== "") columns.set(name.toLowerCase(), isBarrier ? null : ref);
    inOrder.push({ name: name.toLowerCase(), ref });
  }
  return { columns, openTable, ...(isOrderKnown ? { inOrder } : {}) };
}

/** Columns of a star in their order; undefined where it is not known. */
function starColumns(star: Ast, scope: Scope): Source["inOrder"] {
  const owner = asText(star.relation_name).toLowerCase();
  const named = [...scope.sources].filter(([name]) => owner === "" || name === owner);
  const shown = named.map(([, source]) => source.inOrder);
  if (!isWholeStar(star) || shown.some((each) => each === undefined)) return undefined;
  return shown.flatMap((each) => each ?? []);
}

/** Reads the select list and GROUP BY; answers the select items. */
function readSelectList(node: Ast, scope: Scope, context: ReadContext): Ast[] {
  const items = asNodes(node.select_list);
  for (const item of items) {
    // The star of a VALUES list or of a function reads no table.
    if (isClass(item, "STAR") && scope.sources.size > 0) context.sink.selectsStar = true;
    for (const ref of columnsIn(item, scope)) context.sink.column("projected", ref);
    readAggregates(item, context);
  }
  readAggregates(node.having, context);
  for (const group of asNodes(node.group_expressions)) {
    const meant = itemMeant(group, items);
    for (const ref of columnsIn(meant, scope)) context.sink.column("groupBy", ref);
  }
  if (node.aggregate_handling === "FORCE_AGGREGATES") {
    const keys = items.filter((item) => !hasAggregate(item, context));
    for (const ref of columnsIn(keys, scope)) context.sink.column("groupBy", ref);
  }
  return items;
}

/** Reads ORDER BY (ordinals and aliases resolved) and a constant LIMIT. */
function readOrder(node: Ast, items: Ast[], scope: Scope, context: ReadContext): void {
  // A join stands between the order and the scan.
  const isTop = isLimited(node) && asNode(node.from_table)?.type !== "JOIN";
  for (const modifier of asNodes(node.modifiers)) {
    for (const [index, order] of asNodes(modifier.orders).entries()) {
      const meant = itemMeant(asNode(order.expression), items);
      const first = isClass(meant, "COLUMN_REF") ? scope.resolve(columnPath(meant)) : null;
      const refs = index === 0 && first ? backingRefs(first.ref) : [];
      if (refs.length === 1 && refs[0]) context.sink.orderedFirstBy.set(node, refs[0]);
      for (const { table } of isTop ? refs : []) context.sink.topTables.add(table);
      if (meant && hasAggregate(meant, context)) continue;
      for (const ref of columnsIn(meant, scope)) context.sink.column("orderBy", ref);
    }
  }
}

/** `GROUP BY 1` and `GROUP BY alias` mean the select item; anything else means itself. */
function itemMeant(expression: Ast | null, items: Ast[]): Ast | null {
  if (isClass(expression, "CONSTANT")) {
    const ordinal = asNode(expression.value)?.value;
    return typeof ordinal === "number" ? (items[ordinal - 1] ?? null) : null;
  }
  if (!isClass(expression, "COLUMN_REF")) return expression;
  const path = columnPath(expression);
  const name = path.length === 1 ? path[0]?.toLowerCase() : undefined;
  return items.find((item) => asText(item.alias).toLowerCase() === name) ?? expression;
}

function aggregateOf(node: Ast, context: ReadContext): string | null {
  if (!isClass(node, "FUNCTION")) return null;
  const name = asText(node.function_name).toLowerCase();
  return context.aggregates.has(name) ? name : null;
}

function hasAggregate(value: unknown, context: ReadContext): boolean {
  for (const node of descend(value)) if (aggregateOf(node, context) !== null) return true;
  return false;
}

function readAggregates(value: unknown, context: ReadContext): void {
  for (const node of descend(value)) {
    const name = aggregateOf(node, context);
    if (name !== null) context.sink.aggregates.add(name === "count_star" ? "count" : name);
  }
}
