import { describeQuery, type WorkloadQuery } from "@/server/advisor";
import type { JsonScalar, TableSchema, WorkloadPattern } from "@/server/contracts";
import type { ShapeParser } from "@/server/workload";
import type { QuerySpec } from "./types";

/** A query with the parameter sets it was called with and its mean time. */
export interface TimedQuery {
  query: QuerySpec;
  samples: JsonScalar[][];
  meanMs: number;
}

const SEEN = { first_seen: "2026-01-01T00:00:00Z", last_seen: "2026-01-08T00:00:00Z" };

/** The queries as the advisor has them, read by DuckDB's own parser. */
export async function describeQueries(
  parser: ShapeParser,
  queries: readonly TimedQuery[],
  tables: TableSchema[],
): Promise<WorkloadQuery[]> {
  const patterns = await Promise.all(queries.map((one) => toPattern(parser, one)));
  return Promise.all(patterns.map((pattern) => describeQuery(parser, pattern, tables)));
}

async function toPattern(
  parser: ShapeParser,
  { query, samples, meanMs }: TimedQuery,
): Promise<WorkloadPattern> {
  const { fingerprint, sql, kind, isParsed, parameters } = await parser.normalize(query.sql);
  return {
    ...{ fingerprint, sql, kind, is_parsed: isParsed, calls: query.calls },
    ...{ mean_ms: meanMs, median_ms: meanMs, p95_ms: 1.5 * meanMs, ...SEEN },
    parameter_samples: samples.map((sample) =>
      parameters.map((source) =>
        source.from === "literal" ? source.value : (sample[source.index - 1] ?? null),
      ),
    ),
  };
}
