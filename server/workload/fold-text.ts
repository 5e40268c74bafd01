import type { QueryShape } from "./shape";

// In order: comments, strings (also E'' and dollar-quoted), quoted names, parameters, numbers,
// words, white space, anything else. Each alternative is linear: no nested repetition.
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[eE]?'(?:[^']|'')*(?:'|$)|\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?(?:\$\1\$|$)|"(?:[^"]|"")*(?:"|$)|\$\w+|\d[\w.]*|[\p{L}_][\p{L}\p{M}\p{N}_$]*|\s+|[\s\S]/gu;

/** Tokens of any text, comments and white space left out. Never throws. */
export function tokenize(sql: string): string[] {
  const tokens = sql.match(TOKEN) ?? [];
  return tokens.filter((token) => !/^(--|\/\*|\s)/.test(token));
}

const TEXT = /^(?:[eE]?'|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)/;

/** Whether a token is a string, dollar-quoted ones included. */
export const isText = (token: string): boolean => TEXT.test(token);

function foldToken(token: string): string {
  if (isText(token)) return "?";
  if (/^\d/.test(token) || /^\$\w/.test(token)) return "?";
  return /^[\p{L}_]/u.test(token) ? token.toLowerCase() : token;
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

/** `< >`, `: :`, `- > >`: a token is one sign. */
const SPLIT_OPERATOR = /([<>=!|:~-]) (?=[<>=|:~])/g;
const UNTYPED =
  /\b(?:date|time|timestamp|timestamptz|interval) \?(?: (?:year|month|week|day|hour|minute|second)s?\b)?/gi;

/** A folded text as DuckDB's parser can read it: signs together, no type before what was a literal. */
export const unfoldText = (folded: string): string =>
  folded.replace(SPLIT_OPERATOR, "$1").replace(UNTYPED, "?");

const WRITES = ["insert", "update", "delete"] as const;
const READS: ReadonlySet<string> = new Set(["select", "from", "values", "with"]);

/** Place of the word that says what a statement does, in lower case: the first, or past WITH. */
function verbAt(words: readonly string[]): number {
  if (words[0] !== "with") return 0;
  let depth = 0;
  for (let index = 1; index < words.length; index++) {
    const [word = "", next] = [words[index], words[index + 1]];
    if (word === "(") depth++;
    if (word === ")") depth--;
    if (depth > 0 || next === "as") continue;
    // `update (a, b) AS …` is a query of that name; no write has a bracket there.
    const isWrite = /^(insert|update|delete|merge)$/.test(word) && next !== "(";
    if (isWrite || READS.has(word)) return index;
  }
  return 0;
}

/** Kind by the word that says it; `with` and `from` begin a SELECT in DuckDB. */
export function kindOf(sql: string): QueryShape["kind"] {
  const words = tokenize(sql).map((token) => token.toLowerCase());
  const verb = words[verbAt(words)] ?? "";
  // As an INSERT with ON CONFLICT, a MERGE that may insert counts as one.
  const actions =
    verb === "merge" ? words.filter((_, index) => words[index - 1] === "then") : [verb];
  const write = WRITES.find((each) => actions.includes(each));
  return write ?? (READS.has(verb) ? "select" : "other");
}

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
  const isTarget = (word: string, index: number) =>
    index > verb && (word === "into" || word === "from");
  const start = words[verb] === "update" ? verb : words.findIndex(isTarget);
  if (start < 0) return null;
  let position = start + 1;
  const path = [tokens[position] ?? ""];
  while (tokens[position + 1] === "." && position + 2 < tokens.length) {
    position += 2;
    path.push(tokens[position] ?? "");
  }
  if (!path.every((part) => /^[\p{L}_"]/u.test(part))) return null;
  // Of an INSERT: what ON CONFLICT DO UPDATE assigns.
  const assigned = words[verb] === "delete" ? [] : assignedColumns(tokens, words, verb);
  return { path: path.map(unquote), assigned };
}

/** Columns that an INSERT's ON CONFLICT names; null where it names none. */
export function conflictColumns(sql: string): string[] | null {
  const tokens = tokenize(sql);
  const words = tokens.map((token) => token.toLowerCase());
  const start = words.findIndex((word, index) => word === "on" && words[index + 1] === "conflict");
  if (start < 0 || words[start + 2] !== "(") return null;
  const end = words.indexOf(")", start);
  const named = tokens.slice(start + 3, end < 0 ? start + 3 : end).filter((token) => token !== ",");
  const isPlain = named.length > 0 && named.every((token) => /^[\p{L}_"]/u.test(token));
  return isPlain ? named.map(unquote) : null;
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
    if (depth === 0 && begins && name === "(") found.push(...namesInBrackets(tokens, i + 2));
    if (depth === 0 && begins && name !== undefined && tokens[i + 2] === "=") {
      found.push(unquote(name));
    }
  }
  return found;
}

/** `a, b` of `SET (a, b) = …`. */
function namesInBrackets(tokens: string[], start: number): string[] {
  const names = tokens.slice(start, tokens.indexOf(")", start));
  return names.filter((name) => /^[\p{L}_"]/u.test(name)).map(unquote);
}
