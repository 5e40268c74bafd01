import { type Ast, asText } from "./ast";

/** Positions of arguments, from 0; `rest`: from there on. */
type Positions = readonly number[] | { rest: number };

const FIRST = [0];
const SECOND = [1];
const AFTER_FIRST: Positions = { rest: 1 };

/**
 * Arguments that say what a function does rather than what it looks for: a date part, a format, a path,
 * a number of digits. Queries that differ in them ask different questions; a program has few of them.
 */
const SHAPE_ARGUMENTS: ReadonlyMap<string, Positions> = new Map<string, Positions>([
  ...each(["date_trunc", "datetrunc", "date_part", "datepart", "date_diff", "datediff"], FIRST),
  ...each(["date_sub", "datesub", "time_bucket"], FIRST),
  ...each(["strftime", "strptime", "try_strptime", "format", "printf"], { rest: 0 }),
  ...each(["round", "round_even", "roundbankers", "timezone"], { rest: 0 }),
  ...each(["substring", "substr", "substring_grapheme", "array_slice", "list_slice"], AFTER_FIRST),
  ...each(["split_part", "regexp_extract", "regexp_extract_all", "regexp_replace"], AFTER_FIRST),
  ...each(
    ["lpad", "rpad", "repeat", "replace", "translate", "string_split", "str_split"],
    AFTER_FIRST,
  ),
  ...each(["trim", "ltrim", "rtrim", "array_to_string", "list_aggregate"], AFTER_FIRST),
  ...each(["nullif", "ifnull", "nvl"], AFTER_FIRST),
  ...each(["concat"], { rest: 0 }),
  ...each(["concat_ws"], FIRST),
  ...each(["left", "right", "left_grapheme", "right_grapheme", "%", "mod"], SECOND),
  ...each(["regexp_matches", "regexp_full_match"], { rest: 2 }),
  ...each(["struct_extract", "struct_extract_at", "map_extract", "element_at"], SECOND),
  ...each(["map_extract_value", "array_extract", "list_extract", "list_element"], SECOND),
  ...each(["->", "->>", "json_extract", "json_extract_string", "json_extract_path"], SECOND),
  ...each(["json_extract_path_text", "json_value", "json_exists", "json_type"], SECOND),
  ...each(["json_array_length", "json_keys"], SECOND),
]);

function each(names: readonly string[], positions: Positions): [string, Positions][] {
  return names.map((name) => [name, positions]);
}

/** Whether a literal at this place of a function's arguments belongs to the query's shape. */
export function isShapeArgument(node: Ast, position: number): boolean {
  const positions = SHAPE_ARGUMENTS.get(asText(node.function_name).toLowerCase());
  if (positions === undefined) return false;
  return "rest" in positions ? position >= positions.rest : positions.includes(position);
}
