/** What CREATE TABLE says of a column and duckdb_columns() leaves out. */
interface DeclaredColumn {
  /** `NOCASE`, `NOCASE.NOACCENT`; null: compared byte by byte. */
  collation: string | null;
  isGenerated: boolean;
}

// Strings, names (quoted or plain), one character of anything else: linear, and a text or a name
// is never taken for words of the statement.
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|\S/gu;

/**
 * Columns with a collation, or generated, by name, from a table's statement as DuckDB prints it
 * (`duckdb_tables().sql`). Other columns are not in the answer.
 */
export function declaredColumns(createTable: string): Map<string, DeclaredColumn> {
  const found = new Map<string, DeclaredColumn>();
  for (const [name = "", ...words] of definitions(createTable)) {
    const column = { collation: collationOf(words), isGenerated: isGenerated(words) };
    if (column.collation !== null || column.isGenerated) found.set(unquote(name), column);
  }
  return found;
}

/** Tokens of each column or constraint, without what stands in parentheses. */
function definitions(createTable: string): string[][] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const token of createTable.match(TOKEN) ?? []) {
    if (token === ")") depth--;
    if (depth === 1 && token === ",") parts.push([]);
    else if (depth === 1 && token !== "(") parts.at(-1)?.push(token);
    if (token === "(") depth++;
  }
  return parts;
}

function collationOf(words: readonly string[]): string | null {
  const at = words.indexOf("COLLATE");
  if (at < 0) return null;
  let end = at + 2;
  while (words[end] === ".") end += 2;
  return words
    .slice(at + 1, end)
    .map(unquote)
    .join("");
}

const isGenerated = (words: readonly string[]): boolean =>
  words.some((word, at) => word === "GENERATED" && words[at + 1] === "ALWAYS");

const unquote = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
