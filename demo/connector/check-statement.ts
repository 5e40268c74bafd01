import type { DuckDBConnection } from "@duckdb/node-api";
import { AppError } from "@/server/platform";
import { assertSingleStatement, HIDDEN_PREFIX } from "../engine/statement";
import { isPureFunction, STATE_NAMES, TABLE_FUNCTIONS } from "./allowed-functions";
import { type BuiltIns, type KnownNames, readKnownNames } from "./known-names";
import { type SqlToken, sqlTokens } from "./sql-tokens";

/** What an operation may create, alter, describe or drop. */
const OBJECTS = new Set(["table", "view", "index", "sequence", "type", "column"]);
const ADJECTIVES = new Set(["or", "replace", "unique"]);
/** The connector's own tables, and schemas that tell of the database instead of its data. */
const RESERVED = new Set([
  ...["_sidecar_operations", "_sidecar_meta", "information_schema", "pg_catalog"],
]);

/**
 * Refuses an operation's statement that reads or changes anything but the product's tables. DuckDB's
 * parser hands no tree of such statements over, so their tokens are judged: of the functions that DuckDB
 * has, only those that compute; of its catalog, nothing; no file. AppError invalid_input says what it was.
 */
export async function assertKnownStatement(
  connection: DuckDBConnection,
  sql: string,
): Promise<void> {
  await assertSingleStatement(connection, sql);
  const tokens = sqlTokens(sql);
  const names = await readKnownNames(connection);
  assertVerb(tokens);
  assertObject(tokens);
  tokens.forEach((token, index) => {
    if (token.kind !== "name") return;
    assertName(token, tokens[index + 1], names);
    if (isCall(tokens, index)) assertFunction(token.text, names.builtIns);
  });
  for (const token of sourcesOf(tokens)) assertNoFile(token, names);
}

const isWord = (token: SqlToken | undefined, ...words: string[]): boolean =>
  token?.kind === "name" && !token.isQuoted && words.includes(token.text);

const isSign = (token: SqlToken | undefined, sign: string): boolean =>
  token?.kind === "sign" && token.text === sign;

const VERBS = "select with from values insert update delete merge create alter drop comment".split(
  " ",
);
/** Queries that tell of the catalog, or of any file. */
const DESCRIBING = ["describe", "desc", "show", "summarize", "pivot", "unpivot"];

function assertVerb(tokens: readonly SqlToken[]): void {
  const isKnown = isWord(tokens[0], ...VERBS) || isSign(tokens[0], "(");
  const described = tokens.find(
    (token, index) => isSign(tokens[index - 1], "(") && isWord(token, ...DESCRIBING),
  );
  const unknown = isKnown ? described : tokens[0];
  if (unknown !== undefined) throw refused(unknown.text.toUpperCase());
}

/** Macros, secrets, schemas and temporary tables (which hide the product's) are no change to its tables. */
function assertObject(tokens: readonly SqlToken[]): void {
  const [verb, ...rest] = tokens;
  if (!isWord(verb, "create", "alter", "drop", "comment")) return;
  const object = rest.find(({ text }) => !ADJECTIVES.has(text) && text !== "on");
  if (object === undefined || object.isQuoted || !OBJECTS.has(object.text)) {
    const what = `${verb?.text} ${object?.text ?? ""}`.trim().toUpperCase();
    throw new AppError("invalid_input", `${what} cannot be part of an operation.`);
  }
}

function assertName(token: SqlToken, next: SqlToken | undefined, names: KnownNames): void {
  const { text, isQuoted } = token;
  if (RESERVED.has(text) || names.builtIns.relations.has(text)) throw refused(text);
  const isState = STATE_NAMES.has(text) && !isQuoted && !names.columns.has(text);
  // U&"…" is a name in escapes.
  if (isState || (text === "u" && !isQuoted && next?.text === "&")) throw refused(text);
}

/** Before a name that brackets follow: then they hold columns, not arguments. */
const BEFORE_COLUMNS = ["into", "table", "view", "references", "exists", "as"];

function isCall(tokens: readonly SqlToken[], index: number): boolean {
  if (!isSign(tokens[index + 1], "(")) return false;
  let first = index;
  while (isSign(tokens[first - 1], ".")) first -= 2;
  const before = tokens[first - 1];
  const isIndexed =
    isWord(tokens[0], "create") &&
    tokens.findIndex((token) => isWord(token, "on")) === first - 1 &&
    tokens.slice(0, 4).some((token) => isWord(token, "index"));
  return !isIndexed && !isWord(before, ...BEFORE_COLUMNS);
}

function assertFunction(name: string, { functions, tableFunctions }: BuiltIns): void {
  const isPure = isPureFunction(name) && !tableFunctions.has(name);
  // A default may draw from a sequence of the product's; a name DuckDB does not know reads nothing of it.
  const isKnown = isPure || TABLE_FUNCTIONS.has(name) || name === "nextval";
  if (functions.has(name) && !isKnown) throw refused(`${name}()`);
}

const SOURCE_WORDS = ["from", "join"];
/** Ends a list of sources. */
const CLAUSES = new Set(
  "select where group order having limit qualify window union except intersect set values returning when".split(
    " ",
  ),
);
/** Their arguments may be parted by FROM. */
const PARTED = ["extract", "trim", "substring", "overlay", "position"];

/** Tokens that stand where rows come from: after FROM, JOIN or USING, and after commas there. */
function sourcesOf(tokens: readonly SqlToken[]): SqlToken[] {
  const sources: SqlToken[] = [];
  const words = isWord(tokens[0], "merge", "delete") ? [...SOURCE_WORDS, "using"] : SOURCE_WORDS;
  const open = [{ isList: false, isParted: false }];
  let isNext = false;
  tokens.forEach((token, index) => {
    const here = open.at(-1) ?? { isList: false, isParted: false };
    const before = tokens[index - 1];
    const isSource = isNext;
    isNext = false;
    if (isSource) sources.push(token);
    if (isSign(token, "(")) {
      open.push({ isList: isSource, isParted: isWord(before, ...PARTED) });
      isNext = isSource;
    } else if (isSign(token, ")")) {
      if (open.length > 1) open.pop();
    } else if (isSign(token, ",")) {
      isNext = here.isList;
    } else if (isWord(token, ...words)) {
      const isNoClause = here.isParted || isWord(before, "distinct");
      if (isNoClause && token.text === "from") return;
      here.isList = true;
      isNext = true;
    } else if (isWord(token, ...CLAUSES)) here.isList = false;
  });
  return sources;
}

/** `FROM 'a.parquet'` reads the file, and so does a quoted name with a path in it. */
function assertNoFile(token: SqlToken, { relations }: KnownNames): void {
  const isOurs = relations.has(token.text) || token.text.startsWith(HIDDEN_PREFIX);
  const isPath = token.kind === "name" && /[/\\]/.test(token.text) && !isOurs;
  if (token.kind === "string" || isPath) throw refused(token.text);
}

function refused(what: string): AppError {
  return new AppError("invalid_input", `${what} cannot be part of an operation.`);
}
