import { z } from "zod";
import { ChangeKind } from "@/server/contracts";

/** Families of DuckDB types that behave alike in scans and look-ups. */
export const TypeClass = z.enum([
  ...(["text", "integer", "bigint", "decimal", "double", "date", "timestamp"] as const),
  ...(["boolean", "uuid", "enum", "other"] as const),
]);
export type TypeClass = z.infer<typeof TypeClass>;

/** What a query does with the column a candidate is about. */
export const ColumnUse = z.enum([
  ...(["equals", "in", "range", "prefix", "null_check", "other"] as const),
  ...(["join", "group", "order", "project"] as const),
]);
export type ColumnUse = z.infer<typeof ColumnUse>;

/** The shape of a candidate's heaviest query. */
const QueryFeatures = z.object({
  uses: z.array(ColumnUse),
  /** Values compared with: more than one for IN lists. */
  values: z.number().int().nonnegative(),
  /** A function wraps some filtered column. */
  is_wrapped: z.boolean(),
  /** Share of the rows a range on the column keeps, 0..1; null where it is unknown. */
  range_share: z.number().min(0).max(1).nullable(),
  /** Filters on other columns of the table, and how many of them compare an indexed one. */
  other_filters: z.number().int().nonnegative(),
  other_indexed: z.number().int().nonnegative(),
  tables: z.number().int().nonnegative(),
  /** Rows of the largest other table it reads, 0: unknown or none. */
  other_rows: z.number().nonnegative(),
  joins: z.number().int().nonnegative(),
  groups: z.number().int().nonnegative(),
  orders: z.number().int().nonnegative(),
  limit: z.number().int().nonnegative().nullable(),
  is_star: z.boolean(),
  projected: z.number().int().nonnegative(),
  aggregates: z.number().int().nonnegative(),
  mean_ms: z.number().nonnegative(),
});

/** Everything the advisor knows about a candidate, in numbers and short words. Counts are 0 while unknown. */
export const CandidateFeatures = z.object({
  kind: ChangeKind,
  /** Rule of a rewrite, target type, constraint or curve. */
  detail: z.string().nullable(),
  table: z.string(),
  /** The column it is about; null where there is none. */
  column: z.string().nullable(),
  type: TypeClass,
  keys: z.number().int().nonnegative(),
  rows: z.number().nonnegative(),
  width: z.number().int().nonnegative(),
  distinct: z.number().nonnegative(),
  null_share: z.number().min(0).max(1),
  /** Rows one value matches if spread evenly; 0 while unknown. */
  matches: z.number().nonnegative(),
  /** DuckDB would read so many rows through an index. */
  is_served: z.boolean(),
  /** Rows of a summary as a share of the table's; 0: none. */
  summary_share: z.number().nonnegative(),
  queries: z.number().int().nonnegative(),
  /** Share of the workload's time (of its calls while no latency is known) of targeted queries. */
  share: z.number().min(0).max(1),
  insert_share: z.number().min(0).max(1),
  query: QueryFeatures,
  /** The rules' own estimate. */
  prior: z.number().min(0).max(1),
  estimated_gain: z.number().min(0).max(1),
});
export type CandidateFeatures = z.infer<typeof CandidateFeatures>;
