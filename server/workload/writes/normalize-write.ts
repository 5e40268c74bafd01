import { joinTokens, type WriteToken, writeTokens } from "@/server/sql";
import type { Engine } from "../engine";
import { foldText } from "../fold-text";
import type { ParameterSource } from "../shape";

/** A write with its literals replaced by `$1..$n`: it can be replayed with other values. */
export interface NormalizedWrite {
  sql: string;
  parameters: ParameterSource[];
}

/** Words before a text or number that make both one literal: `DATE '2026-01-01'`, `INTERVAL 3 DAY`. */
const LITERAL_TYPES = /^(date|time|timestamp|timestamptz|timetz|interval|uuid|blob|json)$/;

/**
 * Literals of an INSERT, UPDATE, DELETE or MERGE as parameters: texts and whole numbers, of which a
 * parameter has the same type as the literal. Everything else stays as it was written, and of several
 * rows of VALUES the first. null where DuckDB's parser reads no single statement, or the folded text
 * (by which the shape is known) would become another.
 */
export async function normalizeWrite(engine: Engine, sql: string): Promise<NormalizedWrite | null> {
  const tokens = writeTokens(sql);
  const folded = foldText(sql).replace(/( ;)+$/, "");
  for (const takesLiterals of [true, false]) {
    const write = parameterizeWrite(tokens, takesLiterals);
    if (foldText(write.sql) !== folded) continue;
    if ((await engine.countStatements(write.sql)) === 1) return write;
  }
  return null;
}

function parameterizeWrite(tokens: readonly WriteToken[], takesLiterals: boolean): NormalizedWrite {
  const parameters: ParameterSource[] = [];
  const numbers = new Map<string, number>();
  const kept: WriteToken[] = [];
  const further = furtherRows(tokens);
  let places = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.text === "?") places++;
    if (further.has(index)) continue;
    const source = parameterOf(token, places) ?? literalOf(tokens, index, takesLiterals);
    if (source === null) {
      kept.push(token);
      continue;
    }
    // A parameter that is named again keeps its number; each literal has its own.
    const key = source.from === "literal" ? null : JSON.stringify(source);
    const number = (key !== null && numbers.get(key)) || parameters.push(source);
    if (key !== null) numbers.set(key, number);
    kept.push({ ...token, text: `$${number}` });
  }
  return { sql: joinTokens(kept), parameters };
}

function parameterOf({ text }: WriteToken, places: number): ParameterSource | null {
  if (text === "?") return { from: "parameter", index: places };
  const name = /^\$(\w+)$/.exec(text)?.[1];
  if (name === undefined) return null;
  const isNumber = /^[1-9]\d{0,4}$/.test(name);
  return isNumber ? { from: "parameter", index: Number(name) } : { from: "name", name };
}

function literalOf(
  tokens: readonly WriteToken[],
  index: number,
  takesLiterals: boolean,
): ParameterSource | null {
  const { text = "" } = tokens[index] ?? {};
  const isTyped = LITERAL_TYPES.test(tokens[index - 1]?.word ?? "");
  if (!takesLiterals || isTyped) return null;
  if (/^'.*'$/s.test(text))
    return { from: "literal", value: text.slice(1, -1).replaceAll("''", "'") };
  const isWhole = /^\d+$/.test(text) && Number.isSafeInteger(Number(text));
  return isWhole ? { from: "literal", value: Number(text) } : null;
}

/** Places of the tokens of all rows of VALUES but the first. */
function furtherRows(tokens: readonly WriteToken[]): Set<number> {
  const found = new Set<number>();
  const values = tokens.findIndex(({ word, depth }) => word === "values" && depth === 0);
  if (values < 0) return found;
  let end = nextClose(tokens, values + 1);
  while (end >= 0 && tokens[end + 1]?.text === "," && tokens[end + 2]?.text === "(") {
    const next = nextClose(tokens, end + 2);
    if (next < 0) break;
    for (let index = end + 1; index <= next; index++) found.add(index);
    end = next;
  }
  return found;
}

/** Place of the next bracket that closes one outside of all others; -1: there is none. */
function nextClose(tokens: readonly WriteToken[], start: number): number {
  for (let index = start; index < tokens.length; index++) {
    if (tokens[index]?.text === ")" && tokens[index]?.depth === 0) return index;
  }
  return -1;
}
