import { sql } from "drizzle-orm";
import { agentDecisions } from "@/drizzle/schema";
import type { AnalyzeRequest } from "@/server/contracts";
import { shortHash } from "@/server/platform";

type Context = AnalyzeRequest["context"];

/**
 * What of a request is asked of a product: not how much time its proof is given, and not what a request
 * without a product brings instead of one. Here and in `question`, the same.
 */
function askedOf(context: Context): Partial<Context> {
  const {
    budget_seconds: _budget,
    current_schema: _schema,
    current_views: _views,
    row_count: _rows,
    query_patterns: patterns,
    ...asked
  } = context;
  return patterns === undefined ? asked : { ...asked, query_patterns: sortPatterns(patterns) };
}

/** In one order whatever order they came in, each text once with all its calls. */
function sortPatterns(patterns: NonNullable<Context["query_patterns"]>) {
  const calls = new Map<string, number>();
  for (const { query, frequency } of patterns) {
    calls.set(query, (calls.get(query) ?? 0) + frequency);
  }
  return [...calls]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([query, frequency]) => ({ query, frequency }));
}

/** Equal for equal questions about whatever else is named: a product, its schema, its data. */
export const hashQuestion = (about: readonly unknown[], context: Context): string =>
  shortHash(JSON.stringify([...about, askedOf(context)]));

/** Of a decision, in SQL: what was asked. Spelled out as in the index agent_decisions_question. */
export const question = sql`(${agentDecisions.context} - '{budget_seconds,current_schema,current_views,row_count}'::text[])`;
