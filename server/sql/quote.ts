import { AppError } from "@/server/platform/errors";
import { KEYWORDS } from "./keywords";

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
