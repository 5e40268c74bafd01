import { z } from "zod";

/**
 * Wire format of the connector contract: what a data product tells its sidecar.
 * Everything that crosses a process boundary or is stored as JSON is snake_case;
 * these types are used as they are inside, so no mapping layer exists.
 */

/**
 * Version of the connector contract. A product and a sidecar of one major version understand each other; what
 * is new in a minor version is optional.
 */
export const CONNECTOR_VERSION = "1.1";

/** Sent with every call and every answer of the connector, and checked by both sides. */
export const CONNECTOR_VERSION_HEADER = "X-Connector-Version";

/** Whether what speaks this version is understood here; what names none speaks version 1. */
export function understandsConnector(version: string | null | undefined): boolean {
  const [, major] = /^(\d{1,4})(\.\d{1,4})?$/.exec(version ?? "1") ?? [];
  return major !== undefined && Number(major) === Number.parseInt(CONNECTOR_VERSION, 10);
}

/** JSON value of one query parameter or result cell (dates, decimals, UUIDs travel as strings). */
export const JsonScalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type JsonScalar = z.infer<typeof JsonScalar>;

/** The schema that a data product tells of: its tables and views in any other are not known. */
export const PRODUCT_SCHEMA = "main";

/** Table or column name as stored in the catalog, unquoted. Quoting is ours (quoteIdentifier). */
export const SqlName = z.string().min(1).max(200);

export const ColumnStatistics = z.object({
  /** Approximate number of distinct values (HyperLogLog). */
  distinct_count: z.number().int().nonnegative(),
  /** 0..1 */
  null_fraction: z.number().min(0).max(1),
  min: z.string().nullable(),
  max: z.string().nullable(),
});
export type ColumnStatistics = z.infer<typeof ColumnStatistics>;

export const ColumnSchema = z.object({
  name: SqlName,
  /** DuckDB type text as CREATE TABLE takes it: `DECIMAL(20,2)`, `VARCHAR COLLATE NOCASE`. */
  type: z.string().min(1).max(2000),
  nullable: z.boolean(),
  /** Default as an SQL expression, null when there is none. */
  default_sql: z.string().nullable(),
  /** What COMMENT ON says, null: nothing. Left out by products that do not tell: a rebuild loses it. */
  comment: z.string().nullable().optional(),
  /** Computed from other columns or constants; `default_sql` is then its expression. */
  is_generated: z.boolean().optional(),
  statistics: ColumnStatistics.nullable(),
});
export type ColumnSchema = z.infer<typeof ColumnSchema>;

/** Text that is not compared byte by byte: values that differ may be equal, and sort together. */
export const isCollated = (type: string | undefined): boolean =>
  /^VARCHAR COLLATE /.test(type ?? "");

// To the end of the type: a list of numbers (`INTEGER[3]`) is no number.
const INTEGER = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;

/** Whole numbers, of any width, with or without a sign. */
export const isInteger = (type: string): boolean => INTEGER.test(type);

export const IndexSchema = z.object({
  name: SqlName,
  columns: z.array(z.string()),
  is_unique: z.boolean(),
  /** The statement that recreates it. */
  sql: z.string(),
  comment: z.string().nullable().optional(),
});
export type IndexSchema = z.infer<typeof IndexSchema>;

export const ConstraintSchema = z.object({
  type: z.enum(["PRIMARY KEY", "UNIQUE", "CHECK", "FOREIGN KEY", "NOT NULL"]),
  columns: z.array(z.string()),
  /** Constraint text as DuckDB prints it, for example `PRIMARY KEY(project_id)`. */
  sql: z.string(),
});
export type ConstraintSchema = z.infer<typeof ConstraintSchema>;

export const TableSchema = z.object({
  name: SqlName,
  comment: z.string().nullable().optional(),
  row_count: z.number().int().nonnegative(),
  estimated_bytes: z.number().int().nonnegative(),
  columns: z.array(ColumnSchema).min(1),
  indexes: z.array(IndexSchema),
  constraints: z.array(ConstraintSchema),
});
export type TableSchema = z.infer<typeof TableSchema>;

export const ViewSchema = z.object({
  name: SqlName,
  /** The statement that recreates it: `CREATE VIEW …`. */
  sql: z.string().min(1).max(100_000),
  columns: z.array(z.object({ name: SqlName, type: z.string().min(1).max(2000) })),
});
export type ViewSchema = z.infer<typeof ViewSchema>;

export const ProductSchema = z
  .object({
    product_id: z.string().min(1).max(200),
    domain: z.string().min(1).max(100),
    duckdb_version: z.string(),
    /** Threads the product gives DuckDB: the proof replays with no more. */
    threads: z.number().int().positive(),
    /** What the product runs with; left out by products that do not tell. */
    resources: z
      .object({
        memory_limit_bytes: z.number().int().nonnegative(),
        /** Blocks in use of the database file. */
        database_bytes: z.number().int().nonnegative(),
        /** Free space of the disk that holds the file. */
        free_disk_bytes: z.number().int().nonnegative(),
      })
      .optional(),
    /** Changes when data changed so much that a cached export is stale (opaque to the sidecar). */
    data_version: z.string(),
    /** Changes exactly when a table, column, type, constraint, index or view changes (opaque). */
    schema_fingerprint: z.string(),
    tables: z.array(TableSchema),
    /** Left out by products that do not tell: queries through a view are then not analyzed. */
    views: z.array(ViewSchema).optional(),
  })
  .meta({ id: "ProductSchema" });
export type ProductSchema = z.infer<typeof ProductSchema>;

/** The largest values of a workload's row; beyond them it is left out. */
export const WORKLOAD_LIMITS = {
  /** In one answer, and all that is ever added up. */
  calls: 2_147_483_647,
  /** A day. */
  latencyMs: 86_400_000,
  fingerprintLength: 64,
  sqlLength: 100_000,
  latencies: 500,
  samples: 100,
} as const;

export const WorkloadPattern = z.object({
  /** 16 hex characters over the normalized SQL, whatever aliases it uses. */
  fingerprint: z.string(),
  /** Normalized SQL, literals replaced by $1..$n. Unparsed text stands as it came. */
  sql: z.string(),
  /** A MERGE is what it does first of these; anything else, DDL included, is "other". */
  kind: z.enum(["select", "insert", "update", "delete", "other"]),
  /** False when DuckDB's parser cannot serialize it (every non-SELECT): counted, not analyzed. */
  is_parsed: z.boolean(),
  calls: z.number().int().nonnegative(),
  mean_ms: z.number().nonnegative(),
  median_ms: z.number().nonnegative(),
  p95_ms: z.number().nonnegative(),
  first_seen: z.iso.datetime(),
  last_seen: z.iso.datetime(),
  /** Recent real parameter sets, newest last. Optional: a product may keep them private. */
  parameter_samples: z.array(z.array(JsonScalar)).optional(),
  /** The latest text with literals only, as it was sent: what a replay is checked against. */
  example_sql: z.string().max(20_000).optional(),
  /** Latencies (ms) of the latest calls inside the asked window, at most 500, oldest first. */
  latencies_ms: z.array(z.number().nonnegative()).optional(),
});
export type WorkloadPattern = z.infer<typeof WorkloadPattern>;

const { calls: callsMax, latencyMs, ...lengths } = WORKLOAD_LIMITS;
const Calls = z.number().int().nonnegative().max(callsMax);
const Milliseconds = z.number().nonnegative().max(latencyMs);

/** A shape as a product reports it, with the largest values. */
export const ReportedPattern = WorkloadPattern.extend({
  fingerprint: z.string().min(1).max(lengths.fingerprintLength),
  sql: z.string().min(1).max(lengths.sqlLength),
  calls: Calls,
  mean_ms: Milliseconds,
  median_ms: Milliseconds,
  p95_ms: Milliseconds,
  parameter_samples: z.array(z.array(JsonScalar)).max(lengths.samples).optional(),
  latencies_ms: z.array(Milliseconds).max(lengths.latencies).optional(),
});

export const Workload = z
  .object({
    product_id: z.string(),
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    patterns: z.array(ReportedPattern),
    /** Queries seen but not kept (shape table full). */
    dropped_calls: Calls,
  })
  .meta({ id: "Workload" });
export type Workload = z.infer<typeof Workload>;

export const ConnectorQueryRequest = z
  .object({
    sql: z.string().min(1).max(20_000),
    parameters: z.array(JsonScalar).max(200).default([]),
    row_limit: z.number().int().min(1).max(1000).default(100),
    timeout_ms: z.number().int().min(1).max(10_000).default(2000),
  })
  .meta({ id: "ConnectorQueryRequest" });
export type ConnectorQueryRequest = z.infer<typeof ConnectorQueryRequest>;

export const ConnectorQueryResult = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    rows: z.array(z.array(JsonScalar)),
    is_truncated: z.boolean(),
    duration_ms: z.number().nonnegative(),
  })
  .meta({ id: "ConnectorQueryResult" });
export type ConnectorQueryResult = z.infer<typeof ConnectorQueryResult>;

export const ConnectorExecuteRequest = z
  .object({
    /** Chosen by the sidecar; the same id never runs twice. */
    operation_id: z.string().min(1).max(100),
    statements: z.array(z.string().min(1).max(100_000)).min(1).max(200),
    /** When set and different from the product's present one: 409, nothing ran. */
    expected_schema_fingerprint: z.string().optional(),
  })
  .meta({ id: "ConnectorExecuteRequest" });
export type ConnectorExecuteRequest = z.infer<typeof ConnectorExecuteRequest>;

export const ConnectorOperation = z
  .object({
    operation_id: z.string(),
    state: z.enum(["running", "succeeded", "failed"]),
    statements: z.array(z.object({ sql: z.string(), duration_ms: z.number().nonnegative() })),
    schema_fingerprint_before: z.string(),
    schema_fingerprint_after: z.string().nullable(),
    error: z.string().nullable(),
    started_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "ConnectorOperation" });
export type ConnectorOperation = z.infer<typeof ConnectorOperation>;
