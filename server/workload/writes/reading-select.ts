import { joinTokens, type WriteToken, writeTokens } from "@/server/sql";

/** One clause of a write: its word, and what follows it up to the next clause. */
interface Clause {
  word: string;
  body: WriteToken[];
}

const UPDATE_CLAUSES = ["update", "set", "from", "where", "returning"];
const DELETE_CLAUSES = ["delete", "using", "where", "returning"];

/**
 * A SELECT that reads what an UPDATE, DELETE, MERGE or INSERT … SELECT reads, so that it is seen what
 * the write looks up: DuckDB's parser hands no other statement over. null where nothing is read.
 */
export function readingSelect(sql: string): string | null {
  const tokens = writeTokens(sql);
  const verb = tokens.findIndex(
    ({ word, depth }) => depth === 0 && /^(insert|update|delete|merge)$/.test(word),
  );
  if (verb < 0) return null;
  const head = verb > 0 ? `${joinTokens(tokens.slice(0, verb))} ` : "";
  const select = selectOf(tokens.slice(verb));
  return select && head + select;
}

function selectOf(tokens: WriteToken[]): string | null {
  switch (tokens[0]?.word) {
    case "update":
      return readOfUpdate(clausesOf(tokens, UPDATE_CLAUSES));
    case "delete":
      return readOfDelete(clausesOf(tokens, DELETE_CLAUSES));
    case "merge":
      return readOfMerge(tokens);
    default:
      return readOfInsert(tokens);
  }
}

function clausesOf(tokens: readonly WriteToken[], words: readonly string[]): Clause[] {
  const clauses: Clause[] = [];
  for (const [index, token] of tokens.entries()) {
    // In this order only: `from` after `delete` belongs to it, and `a IS DISTINCT FROM b` is a value.
    const isNext =
      token.depth === 0 &&
      tokens[index - 1]?.word !== "distinct" &&
      words.indexOf(token.word) > words.indexOf(clauses.at(-1)?.word ?? "") &&
      words.includes(token.word);
    if (isNext) clauses.push({ word: token.word, body: [] });
    else clauses.at(-1)?.body.push(token);
  }
  return clauses;
}

function textOf(clauses: readonly Clause[], word: string): string | null {
  const clause = clauses.find((each) => each.word === word);
  return clause ? joinTokens(clause.body) : null;
}

function readOfUpdate(clauses: Clause[]): string | null {
  const target = textOf(clauses, "update");
  const values = assignedValues(clauses.find(({ word }) => word === "set")?.body ?? []);
  if (target === null || values.length === 0) return null;
  return `SELECT ${values.join(", ")}${fromOf(target, textOf(clauses, "from"), clauses)}`;
}

function readOfDelete(clauses: Clause[]): string | null {
  const target = textOf(clauses, "delete")?.replace(/^from /i, "");
  if (target === undefined) return null;
  return `SELECT 1${fromOf(target, textOf(clauses, "using"), clauses)}`;
}

function fromOf(target: string, others: string | null, clauses: readonly Clause[]): string {
  const where = textOf(clauses, "where");
  return ` FROM ${target}${others === null ? "" : `, ${others}`}${where === null ? "" : ` WHERE ${where}`}`;
}

/** `MERGE INTO t USING s ON …` reads `t JOIN s ON …`. */
function readOfMerge(tokens: readonly WriteToken[]): string | null {
  const isOuter = (word: string) => (token: WriteToken) => token.word === word && token.depth === 0;
  const [into, using, when] = ["into", "using", "when"].map((word) =>
    tokens.findIndex(isOuter(word)),
  );
  if (into === undefined || using === undefined || when === undefined) return null;
  if (into < 0 || using < into || when < using) return null;
  const [target, source] = [tokens.slice(into + 1, using), tokens.slice(using + 1, when)];
  return `SELECT 1 FROM ${joinTokens(target)} JOIN ${joinTokens(source)}`;
}

function readOfInsert(tokens: readonly WriteToken[]): string | null {
  const isSource = ({ word, depth }: WriteToken, index: number) =>
    index > 0 && depth === 0 && /^(select|values|from|with)$/.test(word);
  const start = tokens.findIndex(isSource);
  const isAfter = ({ word, depth }: WriteToken, index: number) =>
    index > start && depth === 0 && (word === "returning" || word === "on");
  if (start < 0) return null;
  const end = tokens.findIndex(
    (token, index) =>
      isAfter(token, index) && (token.word !== "on" || tokens[index + 1]?.word === "conflict"),
  );
  return joinTokens(tokens.slice(start, end < 0 ? undefined : end));
}

/** Right sides of `a = 1, (b, c) = (2, 3)`. */
function assignedValues(body: readonly WriteToken[]): string[] {
  const values: WriteToken[][] = [];
  let isValue = false;
  for (const token of body) {
    const isOuter = token.depth === 0;
    if (isOuter && token.text === ",") isValue = false;
    else if (isOuter && token.text === "=" && !isValue) {
      isValue = true;
      values.push([]);
    } else if (isValue) values.at(-1)?.push(token);
  }
  return values.filter((value) => value.length > 0).map(joinTokens);
}

/**
 * A SELECT of the rows that a DELETE would remove, and the table they are of. null for other
 * statements, and where it names further tables (USING, WITH): a row may then be found several times.
 */
export function deletedRows(sql: string): { table: string; select: string } | null {
  const tokens = writeTokens(sql);
  if (tokens[0]?.word !== "delete") return null;
  const clauses = clausesOf(tokens, DELETE_CLAUSES);
  const target = textOf(clauses, "delete")?.replace(/^from /i, "");
  if (target === undefined || clauses.some(({ word }) => word === "using")) return null;
  const from = fromOf(target, null, clauses);
  const table = /^(?:"(?:[^"]|"")+"|[^\s"]+)+/.exec(target)?.[0] ?? target;
  return { table, select: `SELECT *${from}` };
}
