import type { RewriteRule } from "@/server/contracts";
import { deriveSeed } from "@/server/statistics";
import { Draw } from "@/server/testing/fuzz/draw";
import { createShapeParser, type ShapeParser } from "../../index";
import type { Tables, Views } from "../../shape";
import {
  openRewriteDatabase,
  type RewriteDatabase,
  readRows,
  type Value,
  valuesOf,
  withValues,
} from "../rewrite-database";
import { randomRows, randomSchema } from "./random-database";
import { FUZZED_RULES, type RandomQuery, randomQuery } from "./random-query";
import { FormCounts } from "./rewrite-forms";
import { type Difference, shrink } from "./shrink";

const DATABASES = 5;
/** Queries asked of one schema and its databases before others are drawn. */
const QUERIES_PER_SCHEMA = 25;

type Rewrite = ShapeParser["rewrite"];

export interface FuzzInput {
  queries: number;
  seed: number;
  /** What offers the texts; the parser's own rewrites unless a test plants another. */
  rewriteWith?: (parser: ShapeParser) => Rewrite;
  /** Ends the run after so many differences; each takes some time to be made small. */
  differencesMax?: number;
  onProgress?: (queries: number) => void;
}

interface FuzzResult {
  queries: number;
  /** Queries for which at least one text was offered. */
  rewritten: number;
  /** Queries that no database could answer. */
  unanswered: number;
  textsByRule: Map<RewriteRule, number>;
  forms: FormCounts;
  differences: Difference[];
}

/**
 * Draws queries and asks each, and each text offered for it, of five random databases: with its values
 * in the text, and bound to it as a replay binds them. An error of the query's own says nothing; one of
 * the text alone is a difference.
 */
export async function fuzzRewrites(input: FuzzInput): Promise<FuzzResult> {
  const parser = await createShapeParser();
  const rewrite = input.rewriteWith?.(parser) ?? parser.rewrite;
  const textsByRule = new Map(FUZZED_RULES.map((rule) => [rule, 0]));
  const result: FuzzResult = {
    ...{ queries: 0, rewritten: 0, unanswered: 0 },
    textsByRule,
    forms: new FormCounts(),
    differences: [],
  };
  try {
    const isFull = (): boolean => result.differences.length >= (input.differencesMax ?? Infinity);
    while (result.queries < input.queries && !isFull()) {
      const draw = new Draw(deriveSeed(input.seed, `schema ${result.queries}`));
      const count = Math.min(QUERIES_PER_SCHEMA, input.queries - result.queries);
      await fuzzSchema(draw, count, { parser, rewrite, result });
      input.onProgress?.(result.queries);
    }
  } finally {
    parser.close();
  }
  return result;
}

interface Run {
  parser: ShapeParser;
  rewrite: Rewrite;
  result: FuzzResult;
}

async function fuzzSchema(draw: Draw, count: number, run: Run): Promise<void> {
  const schema = randomSchema(draw);
  const setups = Array.from({ length: DATABASES }, () => [
    ...schema.statements,
    ...randomRows(draw, schema),
  ]);
  const databases = await Promise.all(setups.map(openRewriteDatabase));
  try {
    // The same in all of them.
    const tables = (await databases[0]?.tables()) ?? [];
    const views = (await databases[0]?.views()) ?? [];
    for (let index = 0; index < count; index++) {
      const known = { setups, databases, tables, views };
      await fuzzQuery(randomQuery(draw, schema.hasUniqueId), known, run);
    }
  } finally {
    for (const database of databases) database.close();
  }
}

interface Databases {
  setups: readonly string[][];
  databases: readonly RewriteDatabase[];
  tables: Tables;
  views: Views;
}

async function fuzzQuery(
  query: RandomQuery,
  { setups, databases, tables, views }: Databases,
  { parser, rewrite, result }: Run,
): Promise<void> {
  result.queries += 1;
  const normalized = await parser.normalize(query.sql);
  if (!normalized.isParsed) return;
  const options = await rewrite(normalized.sql, tables, views);
  if (options.length === 0) return;
  result.rewritten += 1;
  const values = valuesOf(normalized);
  for (const { rule } of options) {
    count(result.textsByRule, rule);
    result.forms.add(rule, query.sql);
  }
  const asked = { ...query, sql: normalized.sql, values };
  let isAnswered = false;
  for (const [index, database] of databases.entries()) {
    const seen = await compareAll(asked, options, database, index === 0);
    isAnswered ||= seen.isAnswered;
    if (!seen.option) continue;
    const setup = setups[index] ?? [];
    const difference = { ...asked, sent: query.sql, ...seen.option, setup };
    result.differences.push(await shrink(difference, isDifferent));
    break;
  }
  if (!isAnswered) result.unanswered += 1;
}

const count = (counts: Map<RewriteRule, number>, rule: RewriteRule): void => {
  counts.set(rule, (counts.get(rule) ?? 0) + 1);
};

interface Asked {
  sql: string;
  values: Value[];
  isOrdered: boolean;
}

interface Option {
  rule: RewriteRule;
  sql: string;
}

/** The first text that answers otherwise, if any. In one transaction, so that `now()` stands still. */
async function compareAll(
  { sql, values, isOrdered }: Asked,
  options: readonly Option[],
  { connection }: RewriteDatabase,
  isBoundToo: boolean,
): Promise<{ isAnswered: boolean; option: { rule: RewriteRule; text: string } | null }> {
  const answer = async (text: string, isBound: boolean): Promise<string | null> => {
    const ask = isBound
      ? readRows(connection, text, isOrdered, values)
      : readRows(connection, withValues(text, values), isOrdered);
    const rows = await ask.catch(() => null);
    if (rows === null) await connection.run("ROLLBACK").then(() => connection.run("BEGIN"));
    return rows?.join("\n") ?? null;
  };
  let isAnswered = false;
  await connection.run("BEGIN");
  try {
    for (const isBound of isBoundToo && values.length > 0 ? [false, true] : [false]) {
      const expected = await answer(sql, isBound);
      if (expected === null) continue;
      isAnswered = true;
      for (const option of options) {
        if ((await answer(option.sql, isBound)) === expected) continue;
        return { isAnswered, option: { rule: option.rule, text: option.sql } };
      }
    }
  } finally {
    await connection.run("ROLLBACK");
  }
  return { isAnswered, option: null };
}

/** Does the text still answer otherwise, in a database of these statements? */
async function isDifferent(difference: Difference, setup: readonly string[]): Promise<boolean> {
  const database = await openRewriteDatabase(setup);
  try {
    const option = { rule: difference.rule, sql: difference.text };
    return (await compareAll(difference, [option], database, true)).option !== null;
  } finally {
    database.close();
  }
}
