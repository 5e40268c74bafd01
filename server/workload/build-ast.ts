import { type Ast, asNode } from "./ast";

const expression = (of: string, type: string, more: Ast): Ast => ({
  class: of,
  type,
  alias: "",
  ...more,
});

export const column = (...path: string[]): Ast =>
  expression("COLUMN_REF", "COLUMN_REF", { column_names: path });

export const integer = (value: number): Ast =>
  expression("CONSTANT", "VALUE_CONSTANT", {
    value: { type: { id: "INTEGER", type_info: null }, is_null: false, value },
  });

export const text = (value: string): Ast =>
  expression("CONSTANT", "VALUE_CONSTANT", {
    value: { type: { id: "VARCHAR", type_info: null }, is_null: false, value },
  });

export function call(name: string, ...children: Ast[]): Ast {
  return expression("FUNCTION", "FUNCTION", {
    function_name: name,
    schema: "",
    catalog: "",
    children,
    filter: null,
    order_bys: { type: "ORDER_MODIFIER", orders: [] },
    distinct: false,
    is_operator: /^\W+$/.test(name),
    export_state: false,
  });
}

export const cast = (child: Ast, type: string, isTry = false): Ast =>
  expression("CAST", "OPERATOR_CAST", {
    child,
    cast_type: { id: type, type_info: null },
    try_cast: isTry,
  });

export const compare = (type: string, left: Ast, right: Ast): Ast =>
  expression("COMPARISON", type, { left, right });

export const coalesce = (...children: Ast[]): Ast =>
  expression("OPERATOR", "OPERATOR_COALESCE", { children });

/** The value, or NULL where computing it fails. */
export const attempt = (child: Ast): Ast =>
  expression("OPERATOR", "OPERATOR_TRY", { children: [child] });

export const caseWhen = (condition: Ast, then: Ast, otherwise: Ast): Ast =>
  expression("CASE", "CASE_EXPR", {
    case_checks: [{ when_expr: condition, then_expr: then }],
    else_expr: otherwise,
  });

/** `tested IN (values)` */
export const isIn = (tested: Ast, values: Ast[]): Ast =>
  expression("OPERATOR", "COMPARE_IN", { children: [tested, ...values] });

/** All conditions together; null when there is none. */
export function conjunction(conditions: Ast[]): Ast | null {
  const [only, ...others] = conditions;
  if (only === undefined || others.length === 0) return only ?? null;
  return expression("CONJUNCTION", "CONJUNCTION_AND", { children: conditions });
}

export const disjunction = (conditions: Ast[]): Ast =>
  expression("CONJUNCTION", "CONJUNCTION_OR", { children: conditions });

/** A SELECT like another one's frame, without what the other selects, joins, groups or orders. */
export function select(items: Ast[], from: unknown, where: Ast | null, groups: Ast[] = []): Ast {
  return {
    type: "SELECT_NODE",
    modifiers: [],
    cte_map: { map: [] },
    select_list: items,
    from_table: from,
    where_clause: where,
    group_expressions: groups,
    group_sets: groups.length > 0 ? [groups.map((_, index) => index)] : [],
    aggregate_handling: "STANDARD_HANDLING",
    having: null,
    sample: null,
    qualify: null,
  };
}

export const derivedTable = (query: Ast, alias: string): Ast => ({
  type: "SUBQUERY",
  alias,
  sample: null,
  subquery: { node: query, named_param_map: [] },
  column_name_alias: [],
});

export const subquery = (kind: "EXISTS" | "SCALAR", query: Ast): Ast =>
  expression("SUBQUERY", "SUBQUERY", {
    subquery_type: kind,
    subquery: { node: query, named_param_map: [] },
    child: null,
    comparison_type: "INVALID",
  });

/** Puts one node in another's place (parents hold references to it), keeping its output name. */
export function replace(node: Ast, by: Ast): void {
  const { alias } = node;
  const copy = structuredClone(by);
  for (const key of Object.keys(node)) delete node[key];
  Object.assign(node, copy, alias === undefined ? {} : { alias });
}

/** The query of a derived table or of a subquery in an expression. */
export const queryOf = (node: Ast): Ast | null => asNode(asNode(node.subquery)?.node);
