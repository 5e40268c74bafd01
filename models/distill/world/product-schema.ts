import { describeQuery, type WorkloadQuery } from "@/server/advisor";
import type {
  ColumnSchema,
  ColumnStatistics,
  JsonScalar,
  TableSchema,
  WorkloadPattern,
} from "@/server/contracts";
import { parameterValues, type ShapeParser } from "@/server/workload";
import type { Rng } from "../random";
import { drawDistinct } from "./draw-column";
import { FIRST_DAY } from "./load-sql";
import { spanDays } from "./query-parts";
import type { ColumnSpec, QuerySpec, TableSpec } from "./types";

/** HyperLogLog misses by about this share. */
const DISTINCT_ERROR = 0.05;

/**
 * A generated table as a product would tell it at `rows` rows, statistics as they would be measured;
 * its columns keep their spans, so that ranges keep their shares. Without `rng`: nothing but names
 * and types, as in a request that brings its own schema.
 */
export function toTableSchema(table: TableSpec, rows: number, rng: Rng | null): TableSchema {
  const key = table.primaryKey;
  return {
    name: table.name,
    row_count: rng ? rows : 0,
    estimated_bytes: rng ? rows * table.columns.length * 8 : 0,
    columns: table.columns.map(
      (column): ColumnSchema => ({
        name: column.name,
        type: column.type,
        nullable: column.name !== key,
        default_sql: null,
        statistics: rng ? statisticsOf(rng, table, column, rows) : null,
      }),
    ),
    indexes: table.indexes.map((name, at) => ({
      name: `idx_${table.name}_${at}`,
      columns: [name],
      is_unique: false,
      sql: `CREATE INDEX "idx_${table.name}_${at}" ON "${table.name}" ("${name}")`,
    })),
    constraints:
      key === null ? [] : [{ type: "PRIMARY KEY", columns: [key], sql: `PRIMARY KEY("${key}")` }],
  };
}

function statisticsOf(
  rng: Rng,
  table: TableSpec,
  column: ColumnSpec,
  rows: number,
): ColumnStatistics {
  const present = Math.round(rows * (1 - column.nullShare));
  const isUnique = column.role === "id" || column.role === "code";
  const drawn = isUnique ? rows : drawDistinct(rng, column.role, rows);
  const error = drawn > 1000 ? 1 + DISTINCT_ERROR * (2 * rng.next() - 1) : 1;
  return {
    distinct_count: Math.max(1, Math.min(present, Math.round(drawn * error))),
    null_fraction: column.nullShare,
    ...extremes(table, column),
  };
}

function extremes(table: TableSpec, column: ColumnSpec): { min: string; max: string } {
  const { role, type, distinct } = column;
  if (role === "day" || role === "instant") {
    const end = Date.parse(FIRST_DAY) + spanDays(column, table.rows) * 86_400_000;
    const length = role === "day" ? 10 : 19;
    const text = (ms: number) => new Date(ms).toISOString().slice(0, length).replace("T", " ");
    return { min: text(Date.parse(FIRST_DAY)), max: text(end) };
  }
  if (role === "measure") return { min: "0", max: String(distinct - 1) };
  if (role === "flag") return { min: "false", max: "true" };
  if (type === "BIGINT" || type === "INTEGER") return { min: "1", max: String(distinct) };
  const isUuid = role === "id" || role === "foreign_key";
  return isUuid
    ? { min: `00000000-${UUID_TAIL}`, max: `ffffffff-${UUID_TAIL}` }
    : { min: "A", max: "Z" };
}

const UUID_TAIL = "1111-4111-8111-111111111111";

/** Values of text columns that have few, as the product would answer them. */
export function fewValues(tables: readonly TableSchema[], specs: readonly TableSpec[]) {
  return (table: string, column: string): string[] | undefined => {
    const spec = specs.find(({ name }) => name === table)?.columns.find((c) => c.name === column);
    const count = tables.find(({ name }) => name === table)?.columns.find((c) => c.name === column)
      ?.statistics?.distinct_count;
    if (spec?.type !== "VARCHAR" || count === undefined || count > FEW_MAX) return undefined;
    return Array.from({ length: count }, (_, at) => `STATE_${at}`);
  };
}

const FEW_MAX = 64;

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
    parameter_samples: samples.flatMap((sample) => {
      const values = parameterValues(parameters, sample);
      return values === null ? [] : [values];
    }),
  };
}
