import { sql } from "drizzle-orm";
import { type AnyPgColumn, check } from "drizzle-orm/pg-core";

const quoted = (values: readonly (string | number)[]) =>
  sql.raw(values.map((value) => (typeof value === "number" ? value : `'${value}'`)).join(", "));

/** A CHECK that a column holds one of the contract's values, and nothing else. */
export function checkOneOf(
  name: string,
  column: AnyPgColumn,
  values: readonly (string | number)[],
) {
  return check(name, isOneOf(column, values));
}

/** SQL for `column in (…)` with the values spelled out: constraints and indexes take no parameters. */
export function isOneOf(column: AnyPgColumn, values: readonly (string | number)[]) {
  return sql`${sql.identifier(column.name)} in (${quoted(values)})`;
}
