/** Longer texts are neither parsed nor scanned beyond this. */
export const SQL_LENGTH_MAX = 20_000;
/** No text that people or their tools write comes near it; the cost of reading one grows with it. */
const NESTING_MAX = 100;

// What may hold brackets of its own: comments, strings, dollar-quoted ones, quoted names.
const OPAQUE =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?(?:\$\1\$|$)|"(?:[^"]|"")*(?:"|$)|[([{]|[)\]}]|\bcase\b|\bend\b/gi;

/** How deep brackets, and CASE … END, are nested at most. */
function nestingOf(sql: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of sql.matchAll(OPAQUE)) {
    if (/^([([{]|case)$/i.test(token)) deepest = Math.max(deepest, ++depth);
    else if (/^([)\]}]|end)$/i.test(token)) depth = Math.max(0, depth - 1);
  }
  return deepest;
}

/** Why a text is not parsed at all, in a sentence without any of it; null: it is. */
export function tooCostly(sql: string): string | null {
  if (sql.length > SQL_LENGTH_MAX) return `it is longer than ${SQL_LENGTH_MAX} characters`;
  if (nestingOf(sql) > NESTING_MAX) return `it nests more than ${NESTING_MAX} levels deep`;
  return null;
}

export const isTooCostly = (sql: string): boolean => tooCostly(sql) !== null;
