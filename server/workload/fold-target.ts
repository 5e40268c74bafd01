import { tokenize } from "./fold-text";

const unquote = (token: string): string =>
  token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token;

/** Table (last part of its name) and assigned columns of an INSERT, UPDATE or DELETE. */
export interface WriteTarget {
  table: string;
  assigned: string[];
}

/** Reads the target from the text's first words; null when it is not plainly there. */
export function writeTarget(sql: string): WriteTarget | null {
  const tokens = tokenize(sql);
  const words = tokens.map((token) => token.toLowerCase());
  const start =
    words[0] === "update" ? 0 : words.findIndex((word) => word === "into" || word === "from");
  if (start < 0) return null;
  let at = start + 1;
  while (tokens[at + 1] === "." && at + 2 < tokens.length) at += 2;
  const name = tokens[at];
  if (name === undefined || !/^[A-Za-z_"]/.test(name)) return null;
  const assigned = words[0] === "update" ? assignedColumns(tokens, words) : [];
  return { table: unquote(name), assigned };
}

function assignedColumns(tokens: string[], words: string[]): string[] {
  const found: string[] = [];
  let depth = 0;
  for (let i = words.indexOf("set"); i >= 0 && i < tokens.length; i++) {
    const token = tokens[i];
    if (token === "(") depth++;
    if (token === ")") depth--;
    if (depth === 0 && (words[i] === "where" || words[i] === "from")) break;
    const name = tokens[i + 1];
    const begins = words[i] === "set" || token === ",";
    if (depth === 0 && begins && name !== undefined && tokens[i + 2] === "=") {
      found.push(unquote(name));
    }
  }
  return found;
}
