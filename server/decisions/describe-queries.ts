import { describeQuery, type WorkloadQuery } from "@/server/advisor";
import type { AnalyzeRequest, TableSchema, WorkloadPattern } from "@/server/contracts";
import {
  createShapeParser,
  type NormalizedQuery,
  parameterValues,
  type ShapeParser,
  type Views,
} from "@/server/workload";

let parser: Promise<ShapeParser> | undefined;

/**
 * The query parser of this process (an own in-memory DuckDB that holds no data), opened when first
 * asked for and kept: its answers depend on nothing but the text. One that did not open is tried again.
 */
export function shapeParser(): Promise<ShapeParser> {
  parser ??= createShapeParser().catch((error: unknown) => {
    parser = undefined;
    throw error;
  });
  return parser;
}

/** The observed workload, or the patterns the request brought (weights theirs, samples observed). */
export async function describeQueries(
  { tables, views = [] }: { tables: TableSchema[]; views?: Views | undefined },
  context: AnalyzeRequest["context"],
  observed: WorkloadPattern[],
  now: Date,
): Promise<WorkloadQuery[]> {
  const parser = await shapeParser();
  if (context.query_patterns === undefined) {
    return Promise.all(observed.map((pattern) => describeQuery(parser, pattern, tables, views)));
  }
  const byFingerprint = new Map(observed.map((pattern) => [pattern.fingerprint, pattern]));
  return Promise.all(
    context.query_patterns.map(async ({ query, frequency }) => {
      const normalized = await parser.normalize(query);
      const seen = byFingerprint.get(normalized.fingerprint);
      const pattern = seen ?? unseenPattern(normalized, query, now);
      return describeQuery(parser, { ...pattern, calls: Math.round(frequency) }, tables, views);
    }),
  );
}

/** A query that a request brought and the product has not seen; its own literals are its sample. */
function unseenPattern(query: NormalizedQuery, text: string, now: Date): WorkloadPattern {
  const at = now.toISOString();
  const { fingerprint, sql, kind, isParsed: is_parsed, parameters } = query;
  const values = parameterValues(parameters, []);
  const sent = values && { parameter_samples: [values], example_sql: text };
  return {
    ...{ fingerprint, sql, kind, is_parsed, calls: 0 },
    ...{ mean_ms: 0, median_ms: 0, p95_ms: 0, first_seen: at, last_seen: at },
    ...(is_parsed && sent),
  };
}
