import type { JsonScalar } from "@/server/contracts";
import { quoteLiteral } from "@/server/sql";

/**
 * A parameter as it would stand in the query's text, of the type that a product binds: texts take the
 * type of what they are compared with, whole numbers the width, other numbers are DOUBLE.
 */
function toLiteral(value: JsonScalar): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return quoteLiteral(value);
  const text = String(value);
  const isDouble = typeof value === "number" && !Number.isSafeInteger(value);
  // Without an exponent DuckDB would read a DECIMAL.
  return isDouble && !text.includes("e") ? `${text}e0` : text;
}

const ITEM = "(?:\\$\\d+|CAST\\(\\$\\d+ AS [A-Z_ ]+(?:\\(\\d+(?:,\\d+)?\\))?\\))";
/** What is quoted must not be searched for parameters. */
const TOKEN = new RegExp(
  `"(?:[^"]|"")*"|'(?:[^']|'')*'|\\bIN \\((${ITEM}(?:, ${ITEM})+)\\)|\\$(\\d+)`,
  "g",
);

/** The normalized query with $1..$n replaced by literals. Parameters without a value stay. */
export function withLiterals(sql: string, parameters: readonly JsonScalar[]): string {
  return sql.replace(TOKEN, (token: string, list?: string, number?: string) => {
    if (list !== undefined) return `IN (${withoutPadding(list, parameters).join(", ")})`;
    const value = number === undefined ? undefined : parameters[Number(number) - 1];
    return value === undefined ? token : toLiteral(value);
  });
}

/**
 * Values of a list, without the copies of its last one that fill it up to a power of two: DuckDB plans
 * lists by their length, and dense ones as a range.
 */
function withoutPadding(list: string, parameters: readonly JsonScalar[]): string[] {
  const values = list.split(/, (?=[$C])/).map((item) => withLiterals(item, parameters));
  while (values.length > 1 && values.at(-1) === values.at(-2)) values.pop();
  return values;
}
