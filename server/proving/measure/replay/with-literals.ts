import type { JsonScalar } from "@/server/contracts";
import { quoteLiteral } from "@/server/sql";

/** A parameter value as it would stand in the query's text. */
function toLiteral(value: JsonScalar): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return quoteLiteral(value);
  return String(value);
}

/** Quoted names and texts, or a parameter: what is quoted must not be searched for parameters. */
const TOKEN = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\$(\d+)/g;

/** The normalized query with $1..$n replaced by literals. Parameters without a value stay. */
export function withLiterals(sql: string, parameters: readonly JsonScalar[]): string {
  return sql.replace(TOKEN, (token: string, number: string | undefined) => {
    const value = number === undefined ? undefined : parameters[Number(number) - 1];
    return value === undefined ? token : toLiteral(value);
  });
}
