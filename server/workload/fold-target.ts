import { tokenize, verbAt } from "./fold-text";

const unquote = (token: string): string =>
  token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token;

/** Parts of the table's name and assigned columns of an INSERT, UPDATE, DELETE or MERGE. */
export interface WriteTarget {
  path: string[];
  assigned: string[];
}

/** Reads the target from the text's first words; null when it is not plainly there. */
export function writeTarget(sql: string): WriteTarget | null {
  const tokens = tokenize(sql);
  const words = tokens.map((token) => token.toLowerCase());
  const verb = verbAt(words);
  const isTarget = (word: string, at: number) => at > verb && (word === "into" || word === "from");
  const start = words[verb] === "update" ? verb : words.findIndex(isTarget);
  if (start < 0) return null;
  let at = start + 1;
  const path = [tokens[at] ?? ""];
  while (tokens[at + 1] === "." && at + 2 < tokens.length) {
    at += 2;
    path.push(tokens[at] ?? "");
  }
  if (!path.every((part) => /^[\p{L}_"]/u.test(part))) return null;
  const isAssigning = words[verb] === "update" || words[verb] === "merge";
  const assigned = isAssigning ? assignedColumns(tokens, words, verb) : [];
  return { path: path.map(unquote), assigned };
}

function assignedColumns(tokens: string[], words: string[], verb: number): string[] {
  const found: string[] = [];
  let depth = 0;
  for (let i = words.indexOf("set", verb); i >= 0 && i < tokens.length; i++) {
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
