import { type Ast, asNode, asNodes, asText, descend, isClass } from "../ast";
import { columnPath, columnsIn, type ReadContext } from "./context";
import type { Scope } from "./scope";

/** Reads the select list and GROUP BY; answers the select items. */
export function readSelectList(node: Ast, scope: Scope, context: ReadContext): Ast[] {
  const items = asNodes(node.select_list);
  for (const item of items) {
    if (isClass(item, "STAR")) context.sink.selectsStar = true;
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
export function readOrder(node: Ast, items: Ast[], scope: Scope, context: ReadContext): void {
  for (const modifier of asNodes(node.modifiers)) {
    for (const [at, order] of asNodes(modifier.orders).entries()) {
      const meant = itemMeant(asNode(order.expression), items);
      const first = isClass(meant, "COLUMN_REF") ? scope.resolve(columnPath(meant)) : null;
      if (at === 0 && first) context.sink.orderedFirstBy.set(node, first.ref);
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
