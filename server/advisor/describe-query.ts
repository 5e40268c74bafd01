import type { TableSchema, WorkloadPattern } from "@/server/contracts";
import type { ShapeParser } from "@/server/workload/shape";
import type { WorkloadQuery } from "./types";

/** The one schema products tell of, and the one their tables are changed in. */
const SCHEMA = "main";

/** All the advisor needs to know of one observed query, read by DuckDB's own parser. */
export async function describeQuery(
  parser: ShapeParser,
  pattern: WorkloadPattern,
  tables: TableSchema[],
): Promise<WorkloadQuery> {
  const [shape, rewrites, summary] = await Promise.all([
    parser.parse(pattern.sql, tables, SCHEMA),
    parser.rewrite(pattern.sql, tables),
    parser.summarize(pattern.sql, tables),
  ]);
  return { pattern, shape, rewrites, summary };
}
