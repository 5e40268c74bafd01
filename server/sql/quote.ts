import { AppError } from "@/server/platform/errors";

const PLAIN = /^[a-z_][a-z0-9_]*$/;

/**
 * A name as it may stand in SQL: as it is when it is a plain lower-case word that means nothing to
 * the parser, otherwise in double quotes. Throws `invalid_input` for a NUL, which ends SQL text.
 */
export function quoteIdentifier(name: string): string {
  if (PLAIN.test(name) && !KEYWORDS.has(name)) return name;
  return `"${withoutNul(name).replaceAll('"', '""')}"`;
}

/** A text as an SQL string literal. Throws `invalid_input` for a NUL. */
export function quoteLiteral(text: string): string {
  return `'${withoutNul(text).replaceAll("'", "''")}'`;
}

function withoutNul(text: string): string {
  if (!text.includes("\0")) return text;
  throw new AppError(
    "invalid_input",
    "A name or value with a NUL character cannot be used in SQL.",
  );
}

/**
 * Words that cannot stand unquoted everywhere a name can: categories `reserved`, `type_function` and
 * `column_name` of DuckDB 1.5.6's duckdb_keywords(). A test compares the list with the database.
 */
export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "all analyse analyze and any array as asc asymmetric both case cast check collate column " +
    "constraint create default deferrable desc describe distinct do else end except false fetch " +
    "for foreign from group having in initially intersect into lambda lateral leading limit not " +
    "null offset on only or order pivot pivot_longer pivot_wider placing primary qualify " +
    "references returning select show some summarize symmetric table then to trailing true union " +
    "unique unpivot using variadic when where window with anti asof at authorization between " +
    "bigint binary bit boolean by char character coalesce collation columns concurrently cross " +
    "dec decimal exists extract float freeze full generated glob grouping grouping_id ilike inner " +
    "inout int integer interval is isnull join left like map national natural nchar none notnull " +
    "nullif numeric out outer overlaps overlay position positional precision real right row semi " +
    "setof similar smallint struct substring tablesample time timestamp treat trim try_cast " +
    "unpack values varchar verbose xmlattributes xmlconcat xmlelement xmlexists xmlforest " +
    "xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable"
  ).split(" "),
);
