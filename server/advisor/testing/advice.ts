import type { ColumnSchema, TableSchema, WorkloadPattern } from "@/server/contracts";
import type { ShapeParser } from "@/server/workload/shape";
import type { WorkloadQuery } from "../workload-query";

export function column(name: string, type: string, more: Partial<ColumnSchema> = {}): ColumnSchema {
  return { name, type, nullable: true, default_sql: null, statistics: null, ...more };
}

export function statistics(distinct_count: number, min: string | null = null, max = min) {
  return { distinct_count, null_fraction: 0, min, max };
}

export function table(columns: ColumnSchema[], more: Partial<TableSchema> = {}): TableSchema {
  return {
    name: "projects",
    row_count: 0,
    estimated_bytes: 0,
    columns,
    indexes: [],
    constraints: [],
    ...more,
  };
}

/** Queries as the workload parser tells them. */
export async function workload(
  parser: ShapeParser,
  tables: TableSchema[],
  entries: { sql: string; calls: number; mean_ms?: number; samples?: string[][] }[],
): Promise<WorkloadQuery[]> {
  const queries: WorkloadQuery[] = [];
  for (const { sql, calls, mean_ms = 0, samples } of entries) {
    const shape = await parser.parse(sql, tables);
    const pattern: WorkloadPattern = {
      fingerprint: shape.fingerprint,
      sql: shape.sql,
      kind: shape.kind,
      is_parsed: shape.isParsed,
      calls,
      mean_ms,
      median_ms: mean_ms,
      p95_ms: mean_ms,
      first_seen: "2026-01-01T00:00:00Z",
      last_seen: "2026-01-02T00:00:00Z",
      ...(samples ? { parameter_samples: samples } : {}),
    };
    queries.push({ pattern, shape });
  }
  return queries;
}
