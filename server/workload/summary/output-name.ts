import { type Ast, asText, isClass } from "../ast";
import type { Engine } from "../engine";
import { refuse } from "./not-summarizable";

/**
 * The name DuckDB gives an unnamed item of a select list: its text, in which a type that is a
 * keyword stands in quotes and the parts of a type apart (checked on 1.5.6). null: named already.
 */
export async function outputName(item: Ast, select: Ast, engine: Engine): Promise<string | null> {
  if (asText(item.alias) !== "" || isClass(item, "COLUMN_REF")) return null;
  const node = {
    ...select,
    modifiers: [],
    select_list: [item],
    from_table: { type: "EMPTY", alias: "", sample: null },
    where_clause: null,
    group_expressions: [],
    group_sets: [],
    aggregate_handling: "STANDARD_HANDLING",
    having: null,
  };
  const text = await engine.print({ error: false, statements: [{ node, named_param_map: [] }] });
  if (text === null) return refuse("an item that cannot be printed");
  return text
    .replace(/^SELECT /, "")
    .replace(/ AS (DATE|DOUBLE|FLOAT|TIME)\)/g, ' AS "$1")')
    .replace(/ AS DECIMAL\((\d+),(\d+)\)\)/g, " AS DECIMAL($1, $2))");
}
