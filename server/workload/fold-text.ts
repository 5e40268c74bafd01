import type { QueryShape } from "./shape";

// In order: comments, strings (also E'' and dollar-quoted), quoted names, parameters, numbers,
// words, white space, anything else. Each alternative is linear: no nested repetition.
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[eE]?'(?:[^']|'')*(?:'|$)|\$([A-Za-z_]*)\$[\s\S]*?(?:\$\1\$|$)|"(?:[^"]|"")*(?:"|$)|\$\w+|\d[\w.]*|[A-Za-z_][\w$]*|\s+|[\s\S]/g;

/** Tokens of any text, comments and white space left out. Never throws. */
export function tokenize(sql: string): string[] {
  const tokens = sql.match(TOKEN) ?? [];
  return tokens.filter((token) => !/^(--|\/\*|\s)/.test(token));
}

function foldToken(token: string): string {
  if (/^[eE]?'/.test(token) || /^\$[A-Za-z_]*\$/.test(token)) return "?";
  if (/^\d/.test(token) || /^\$\w/.test(token)) return "?";
  return /^[A-Za-z_]/.test(token) ? token.toLowerCase() : token;
}

/**
 * The shape of a text DuckDB cannot serialize: literals become `?`, words lower case, comments and
 * spacing go. Several rows or a list of literals fold to one. Folding twice changes nothing.
 */
export function foldText(sql: string): string {
  const joined = tokenize(sql).map(foldToken).join(" ").trim();
  const list = joined.replace(/\?(?: , \?)+/g, "?");
  return list.replace(/\( \? \)(?: , \( \? \))+/g, "( ? )");
}

/** Kind by the first word; `with` and `from` begin a SELECT in DuckDB. */
export function kindOf(sql: string): QueryShape["kind"] {
  const word = /^[A-Za-z]+/.exec(tokenize(sql.slice(0, 2000))[0] ?? "")?.[0]?.toLowerCase();
  if (word === "insert" || word === "update" || word === "delete") return word;
  return word === "select" || word === "with" || word === "from" || word === "values"
    ? "select"
    : "other";
}
