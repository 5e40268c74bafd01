import { z } from "zod";
import { SqlName } from "./data-product";
import { CalendarUnit, OrderStep } from "./order-step";

/**
 * The typed, allow-listed grammar of what the sidecar can do to a data product.
 * Rules, model and people choose among these; SQL is only ever compiled from them,
 * so text found in names, comments, queries or messages cannot become a statement.
 */
const AddIndexChange = z.object({
  kind: z.literal("add_index"),
  table: SqlName,
  column: SqlName,
});

/** Never an index that a constraint owns. */
const DropIndexChange = z.object({
  kind: z.literal("drop_index"),
  table: SqlName,
  index: SqlName,
});

/** Store the table's rows ordered by keys (zone maps then skip row groups). */
export const ClusterTableChange = z.object({
  kind: z.literal("cluster_table"),
  table: SqlName,
  keys: z.array(SqlName).min(1).max(4),
  /** Left out: one key after the other. `morton`: along a space-filling curve over all keys. */
  curve: z.literal("morton").optional(),
  /** Of a single key: by ranges of it, this wide, inside which rows keep the order they had. */
  step: OrderStep.optional(),
});
export type ClusterTableChange = z.infer<typeof ClusterTableChange>;

export const TargetType = z.discriminatedUnion("name", [
  z.object({ name: z.literal("ENUM"), values: z.array(z.string()).min(1).max(1000) }),
  z.object({
    name: z.enum(["DATE", "TIMESTAMP", "UUID", "TINYINT", "SMALLINT", "INTEGER", "BIGINT"]),
  }),
]);
export type TargetType = z.infer<typeof TargetType>;

export const ChangeTypeChange = z.object({
  kind: z.literal("change_type"),
  table: SqlName,
  column: SqlName,
  from: z.string(),
  to: TargetType,
});
export type ChangeTypeChange = z.infer<typeof ChangeTypeChange>;

/** Declares what the data satisfy already; the plan fails, and changes nothing, when they do not. */
export const AddConstraintChange = z.object({
  kind: z.literal("add_constraint"),
  table: SqlName,
  constraint: z.enum(["PRIMARY KEY", "UNIQUE", "NOT NULL"]),
  columns: z.array(SqlName).min(1).max(8),
});
export type AddConstraintChange = z.infer<typeof AddConstraintChange>;

/** A query shape and the text that should take its place, parameters under the same numbers. */
export const QueryRewrite = z.object({ fingerprint: z.string(), sql: z.string().max(40_000) });
export type QueryRewrite = z.infer<typeof QueryRewrite>;

/** A table of pre-computed aggregates, one row for each combination of keys. */
export const MaterializeSummaryChange = z.object({
  kind: z.literal("materialize_summary"),
  /** The table that is summarized. */
  table: SqlName,
  /** Name of the new table. */
  name: SqlName,
  keys: z.array(z.object({ name: SqlName, column: SqlName, unit: CalendarUnit.nullable() })).max(8),
  /** `count` without a column counts rows. */
  measures: z
    .array(
      z.object({
        name: SqlName,
        aggregate: z.enum(["count", "sum", "min", "max"]),
        column: SqlName.nullable(),
      }),
    )
    .min(1)
    .max(32),
  /** Queries that read the summary instead: the product's developers have to change them. */
  rewrites: z.array(QueryRewrite).min(1),
});
export type MaterializeSummaryChange = z.infer<typeof MaterializeSummaryChange>;

export const RewriteRule = z.enum([
  "prune_star",
  "sargable_predicate",
  "drop_distinct",
  "drop_order_by",
  "decorrelate_subquery",
  "not_in_to_anti_join",
  "top_n",
  "or_to_in",
  "share_subquery",
]);
export type RewriteRule = z.infer<typeof RewriteRule>;

/** Another text for a query, with equal results. Advice: the sidecar cannot change a product's code. */
const RewriteQueryChange = z.object({
  kind: z.literal("rewrite_query"),
  /** The query's first table. */
  table: SqlName,
  rule: RewriteRule,
  rewrites: z.array(QueryRewrite).length(1),
});

/** Adds a column behind the others. Asked for by people and other sidecars; no rule proposes it. */
export const AddColumnChange = z.object({
  kind: z.literal("add_column"),
  table: SqlName,
  column: SqlName,
  /** A type as CREATE TABLE takes it. */
  type: z.string().min(1).max(2000),
  /**
   * The value of rows that are there, and of inserts that name none; null: NULL. A literal, never SQL:
   * dates, and numbers that JSON would round, are written as text.
   */
  default: z.union([z.string().max(2000), z.number(), z.boolean()]).nullable(),
  /** NOT NULL. */
  is_required: z.boolean(),
  /** The key of another table that every value must be found in (a foreign key). */
  references: z.object({ table: SqlName, column: SqlName }).nullable(),
});
export type AddColumnChange = z.infer<typeof AddColumnChange>;

/** Every kind of change: Change, ChangeKind and all that is exhaustive over them follow from this list. */
const CHANGE_SCHEMAS = [
  AddIndexChange,
  DropIndexChange,
  ClusterTableChange,
  ChangeTypeChange,
  AddConstraintChange,
  MaterializeSummaryChange,
  RewriteQueryChange,
  AddColumnChange,
] as const;

export const Change = z.discriminatedUnion("kind", CHANGE_SCHEMAS).meta({ id: "Change" });
export type Change = z.infer<typeof Change>;
export const ChangeKind = z.enum(CHANGE_SCHEMAS.map(({ shape }) => shape.kind.value));
export type ChangeKind = z.infer<typeof ChangeKind>;
export type ChangeOf<Kind extends ChangeKind> = Extract<Change, { kind: Kind }>;

/**
 * What somebody may ask to have tested: any change but another text for a query, which is the product's
 * developers' to make. A misspelt field is refused.
 */
export const RequestableChange = z
  .discriminatedUnion("kind", [
    AddIndexChange.strict(),
    DropIndexChange.strict(),
    ClusterTableChange.strict(),
    ChangeTypeChange.strict(),
    AddConstraintChange.strict(),
    MaterializeSummaryChange.strict(),
    AddColumnChange.strict(),
  ])
  .meta({ id: "RequestableChange" });
export type RequestableChange = z.infer<typeof RequestableChange>;
