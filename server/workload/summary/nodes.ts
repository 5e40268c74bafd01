import type { Ast } from "../ast";

/** Nodes as DuckDB's parser serializes them, for texts that are printed from trees. */
export function columnNode(...path: string[]): Ast {
  return { class: "COLUMN_REF", type: "COLUMN_REF", alias: "", column_names: path };
}

export function callNode(name: string, argument: unknown, filter: unknown = null): Ast {
  return {
    class: "FUNCTION",
    type: "FUNCTION",
    alias: "",
    function_name: name,
    schema: "",
    children: [argument],
    filter,
    order_bys: { type: "ORDER_MODIFIER", orders: [] },
    distinct: false,
    is_operator: false,
    export_state: false,
    catalog: "",
  };
}

export function castNode(child: Ast, type: "BIGINT" | "DOUBLE"): Ast {
  return {
    class: "CAST",
    type: "OPERATOR_CAST",
    alias: "",
    child,
    cast_type: { id: type, type_info: null },
    try_cast: false,
  };
}

export function divideNode(left: Ast, right: Ast): Ast {
  return { ...callNode("/", left), children: [left, right], is_operator: true };
}

/** `COALESCE(child, 0)`. */
export function orZeroNode(child: Ast): Ast {
  const zero = {
    class: "CONSTANT",
    type: "VALUE_CONSTANT",
    alias: "",
    value: { type: { id: "INTEGER", type_info: null }, is_null: false, value: 0 },
  };
  return { class: "OPERATOR", type: "OPERATOR_COALESCE", alias: "", children: [child, zero] };
}
