import { quoteLiteral } from "@/server/sql";

const CAST = /^CAST\(('(?:[^']|'')*') AS VARCHAR\)$/;

/**
 * The text a default stands for, as DuckDB's catalog prints it: `'draft'`, `CAST('draft' AS VARCHAR)`,
 * `5`. null: NULL, or no default. undefined: it is computed, and its value not known.
 */
export function defaultText(sql: string | null): string | null | undefined {
  const text = sql?.trim() ?? "NULL";
  if (/^(NULL|CAST\(NULL AS .*\))$/i.test(text)) return null;
  if (/^-?\d+(\.\d+)?$/.test(text)) return text;
  const quoted = CAST.exec(text)?.[1] ?? text;
  return /^'(?:[^']|'')*'$/.test(quoted) ? quoted.slice(1, -1).replaceAll("''", "'") : undefined;
}

/** Functions, and types with parameters, of which an evaluation leaves no trace. */
const HARMLESS = new Set(
  "cast try_cast decimal numeric varchar enum lower upper trim concat coalesce now today current_date current_timestamp get_current_timestamp transaction_timestamp date_trunc make_date make_timestamp to_days to_hours to_minutes to_seconds to_months to_years trunc round floor ceil abs random uuid uuidv4 uuidv7 gen_random_uuid list_value struct_pack".split(
    " ",
  ),
);

/**
 * May the default be evaluated without a trace? `nextval` draws from its sequence for good, and a macro
 * of the product's may call it.
 */
export function isHarmlessDefault(sql: string): boolean {
  const bare = sql.replace(/'(?:[^']|'')*'/g, "''");
  const called = bare.match(/[\w".]+(?=\s*\()/g) ?? [];
  return called.every((name) => HARMLESS.has(name.toLowerCase()));
}

/**
 * A literal as SQL. What is no plain number or truth value stands as a text, which DuckDB casts to the
 * column's type: so a default calls no function, whose ALTER could not be replayed from DuckDB's log.
 */
export function literalSql(value: string | number | boolean): string {
  const isPlain = typeof value === "boolean" || (Number.isSafeInteger(value) && Number(value) >= 0);
  return isPlain && !Object.is(value, -0) ? String(value) : quoteLiteral(String(value));
}
