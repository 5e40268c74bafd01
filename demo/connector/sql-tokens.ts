/** One token of a statement, as DuckDB reads it. */
export interface SqlToken {
  kind: "name" | "string" | "sign";
  /** Of a name: without quotes, in lower case. Of a string: as it stands. */
  text: string;
  isQuoted: boolean;
}

// Strings before names: a prefix of one letter belongs to its string. In a string with escapes a
// backslash may hide the quote. Beyond ASCII everything but blanks and invisible characters is a letter.
const LETTER = "(?:[A-Za-z_]|(?![\\p{Z}\\p{C}])[^\\x00-\\x7f])";
const TOKEN = new RegExp(
  [
    "(?<comment>--[^\\n\\r]*)",
    "(?<block>/\\*)",
    "(?<string>[eE]'(?:[^'\\\\]|\\\\[\\s\\S]|'')*'|[xXbBnN]?'(?:[^']|'')*'" +
      `|\\$(?<tag>(?:${LETTER}(?:${LETTER}|[0-9])*)?)\\$[\\s\\S]*?\\$\\k<tag>\\$)`,
    '(?<quoted>"(?:[^"]|"")*")',
    `(?<name>${LETTER}(?:${LETTER}|[0-9$])*)`,
    "(?<number>[0-9][0-9.]*)",
    "(?<blank>[\\s\\p{Z}\\p{C}]+)",
    "(?<sign>[\\s\\S])",
  ].join("|"),
  "uy",
);

/** Tokens of one statement without its comments and a final semicolon. The text must be valid SQL. */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let position = 0;
  while (position < sql.length) {
    TOKEN.lastIndex = position;
    const groups = TOKEN.exec(sql)?.groups ?? {};
    position = groups.block === undefined ? TOKEN.lastIndex : endOfComment(sql, position);
    const token = tokenOf(groups);
    if (token !== null) tokens.push(token);
  }
  while (tokens.at(-1)?.text === ";") tokens.pop();
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>): SqlToken | null {
  const { string, quoted, name, sign } = groups;
  if (string !== undefined) return { kind: "string", text: string, isQuoted: true };
  if (name !== undefined) return { kind: "name", text: name.toLowerCase(), isQuoted: false };
  if (sign !== undefined) return { kind: "sign", text: sign, isQuoted: false };
  if (quoted === undefined) return null;
  const text = quoted.slice(1, -1).replaceAll('""', '"').toLowerCase();
  return { kind: "name", text, isQuoted: true };
}

/** Comments of this kind nest. */
function endOfComment(sql: string, start: number): number {
  let depth = 0;
  for (let index = start; index < sql.length - 1; index++) {
    const pair = sql.slice(index, index + 2);
    if (pair !== "/*" && pair !== "*/") continue;
    depth += pair === "/*" ? 1 : -1;
    index++;
    if (depth === 0) return index + 1;
  }
  return sql.length;
}
