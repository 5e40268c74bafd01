import type { TableSchema, WorkloadPattern } from "@/server/contracts";
import type { ShapeParser } from "@/server/workload";
import type { WorkloadQuery } from "./types";

/** All the advisor needs to know of one observed query, read by DuckDB's own parser. */
export async function describeQuery(
  parser: ShapeParser,
  pattern: WorkloadPattern,
  tables: TableSchema[],
): Promise<WorkloadQuery> {
  const [shape, rewrites, summary] = await Promise.all([
    parser.parse(pattern.sql, tables),
    parser.rewrite(pattern.sql, tables),
    parser.summarize(pattern.sql, tables),
  ]);
  return { pattern, shape, rewrites, summary };
}
