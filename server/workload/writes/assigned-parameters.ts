import { type WriteToken, writeTokens } from "@/server/sql";

/** A column that a write gives the value of a parameter as it is. */
export interface Assignment {
  column: string;
  /** Of the normalized text, from 1. */
  parameter: number;
}

/** `SET a = $1` and `VALUES ($1, $2)` of a normalized write; `columns`: the table's, in order. */
export function assignedParameters(sql: string, columns: readonly string[]): Assignment[] {
  const tokens = writeTokens(sql);
  return [...setParameters(tokens), ...valuesParameters(tokens, columns)];
}

const numberOf = (token: WriteToken | undefined): number | null => {
  const digits = /^\$(\d+)$/.exec(token?.text ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
};

const unquote = ({ text }: WriteToken): string =>
  text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;

/**
 * Columns that an INSERT gives values, of the table's `columns` in order: those it lists, or all. null
 * where that is not plainly there: no INSERT, DEFAULT VALUES, BY NAME, a column the table has not.
 */
export function insertedColumns(sql: string, columns: readonly string[]): string[] | null {
  const tokens = writeTokens(sql);
  const isOuter = (word: string) => (token: WriteToken) => token.word === word && token.depth === 0;
  const into = tokens.findIndex(isOuter("into"));
  if (into < 0 || !tokens.slice(0, into).some(isOuter("insert"))) return null;
  const start = tokens.findIndex(
    ({ word, depth }, index) => index > into && depth === 0 && ROWS_FOLLOW.test(word),
  );
  const head = start < 0 ? [] : tokens.slice(into, start);
  const isOther = ({ word, depth }: WriteToken, index: number) =>
    depth === 0 && (word === "default" || (word === "name" && head[index - 1]?.word === "by"));
  if (start < 0 || head.some(isOther)) return null;
  const open = head.findIndex(({ text }) => text === "(");
  if (open < 0) return [...columns];
  const known = new Map(columns.map((name) => [name.toLowerCase(), name]));
  const found = itemsIn(tokens, into + open).map(([first]) =>
    first === undefined ? undefined : known.get(unquote(first).toLowerCase()),
  );
  return found.every((name) => name !== undefined) ? found : null;
}

/** What the rows of an INSERT begin with. */
const ROWS_FOLLOW = /^(values|select|from|with|table)$/;

/** Nothing may follow the parameter but the next assignment or clause. */
function setParameters(tokens: readonly WriteToken[]): Assignment[] {
  return tokens.flatMap((token, index) => {
    const [equals, value, after] = [tokens[index + 1], tokens[index + 2], tokens[index + 3]];
    const parameter = equals?.text === "=" && token.depth === 0 ? numberOf(value) : null;
    const before = tokens[index - 1];
    const isAssigned = before?.word === "set" || before?.text === ",";
    const isWhole = after === undefined || /^(,|where|from|when|returning)$/.test(after.word);
    return parameter !== null && isAssigned && isWhole
      ? [{ column: unquote(token), parameter }]
      : [];
  });
}

function valuesParameters(tokens: readonly WriteToken[], columns: readonly string[]): Assignment[] {
  const values = tokens.findIndex(({ word, depth }) => word === "values" && depth === 0);
  const into = tokens.findIndex(({ word, depth }) => word === "into" && depth === 0);
  if (values < 0 || into < 0 || tokens[values + 1]?.text !== "(") return [];
  const open = tokens.findIndex(
    ({ text }, index) => text === "(" && index > into && index < values,
  );
  const names =
    open < 0 ? columns : itemsIn(tokens, open).map(([first]) => (first ? unquote(first) : ""));
  return itemsIn(tokens, values + 1).flatMap((item, index) => {
    const parameter = item.length === 1 ? numberOf(item[0]) : null;
    const column = names[index];
    return parameter !== null && column !== undefined ? [{ column, parameter }] : [];
  });
}

/** The items of a list in brackets that open at this place. */
function itemsIn(tokens: readonly WriteToken[], open: number): WriteToken[][] {
  const depth = (tokens[open]?.depth ?? 0) + 1;
  const items: WriteToken[][] = [[]];
  for (const token of tokens.slice(open + 1)) {
    if (token.depth < depth) break;
    if (token.text === "," && token.depth === depth) items.push([]);
    else items.at(-1)?.push(token);
  }
  return items;
}
