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

export const Change = z
  .discriminatedUnion("kind", [
    AddIndexChange,
    DropIndexChange,
    ClusterTableChange,
    ChangeTypeChange,
    AddConstraintChange,
    MaterializeSummaryChange,
    RewriteQueryChange,
  ])
  .meta({ id: "Change" });
export type Change = z.infer<typeof Change>;
export const ChangeKind = z.enum([
  "add_index",
  "drop_index",
  "cluster_table",
  "change_type",
  "add_constraint",
  "materialize_summary",
  "rewrite_query",
]);
export type ChangeKind = z.infer<typeof ChangeKind>;

/** Columns a change names in its table; none where it concerns a query or an index by name. */
export function changedColumns(change: Change): string[] {
  switch (change.kind) {
    case "add_index":
    case "change_type":
      return [change.column];
    case "cluster_table":
      return change.keys;
    case "add_constraint":
      return change.columns;
    case "drop_index":
    case "materialize_summary":
    case "rewrite_query":
      return [];
  }
}

/** Query texts a change replaces. */
export function rewritesOf(change: Change): QueryRewrite[] {
  return change.kind === "materialize_summary" || change.kind === "rewrite_query"
    ? change.rewrites
    : [];
}

/** Advice for the product's developers: the sidecar has nothing to execute. */
export function isAdvice(change: Change): boolean {
  return change.kind === "rewrite_query";
}

/** SQL compiled from changes. Each list runs in one transaction, in order. */
export const Plan = z
  .object({
    statements: z.array(z.string()),
    /** Restores schema and data. Empty when `is_reversible` is false. */
    revert_statements: z.array(z.string()),
    /** Drops undo data (row order tables) once the revert window has closed. */
    cleanup_statements: z.array(z.string()),
    is_reversible: z.boolean(),
  })
  .meta({ id: "Plan" });
export type Plan = z.infer<typeof Plan>;

/** One reason for or against. Weight −1 (strongly against) .. 1 (strongly for). */
export const Factor = z.object({ name: z.string(), detail: z.string(), weight: z.number() });
export type Factor = z.infer<typeof Factor>;

export const Risk = z
  .object({
    level: z.enum(["low", "medium", "high"]),
    locks: z.string(),
    write_cost: z.string(),
    reversibility: z.string(),
    blast_radius: z.string(),
    affected_consumers: z.array(z.string()),
  })
  .meta({ id: "Risk" });
export type Risk = z.infer<typeof Risk>;

/** What a rule proposes: a change, why, what speaks against it, and which queries it touches. */
export const Candidate = z.object({
  /** Stable: kind, table and target, e.g. `add_index:projects:status`. */
  candidate_id: z.string(),
  change: Change,
  /** Column(s) shown as the target. */
  target: z.string(),
  title: z.string(),
  reason: z.string(),
  factors: z.array(Factor),
  counter_indications: z.array(z.string()),
  risk: Risk,
  plan: Plan,
  /** Fingerprints of the patterns it is meant to speed up. */
  targeted_fingerprints: z.array(z.string()),
  /** An estimate, nothing measured: 0..1 chance that it pays, and a gain in 0..1. */
  prior: z.number().min(0).max(1),
  estimated_gain: z.number().min(0).max(1),
  estimated_storage_overhead: z.number(),
  /** Name of the model that estimated; left out: the rules did. */
  estimated_by: z.string().optional(),
});
export type Candidate = z.infer<typeof Candidate>;
