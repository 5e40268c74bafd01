import { z } from "zod";
import { SqlName } from "./data-product";

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

/** Store the table's rows ordered by keys (zone maps then skip row groups). */
export const ClusterTableChange = z.object({
  kind: z.literal("cluster_table"),
  table: SqlName,
  keys: z.array(SqlName).min(1).max(4),
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

export const Change = z.discriminatedUnion("kind", [
  AddIndexChange,
  ClusterTableChange,
  ChangeTypeChange,
]);
export type Change = z.infer<typeof Change>;
export const ChangeKind = z.enum(["add_index", "cluster_table", "change_type"]);
export type ChangeKind = z.infer<typeof ChangeKind>;

/** SQL compiled from changes. Each list runs in one transaction, in order. */
export const Plan = z.object({
  statements: z.array(z.string()),
  /** Restores schema and data. Empty when `is_reversible` is false. */
  revert_statements: z.array(z.string()),
  /** Drops undo data (row order tables) once the revert window has closed. */
  cleanup_statements: z.array(z.string()),
  is_reversible: z.boolean(),
});
export type Plan = z.infer<typeof Plan>;

/** One reason for or against. Weight −1 (strongly against) .. 1 (strongly for). */
export const Factor = z.object({ name: z.string(), detail: z.string(), weight: z.number() });
export type Factor = z.infer<typeof Factor>;

export const Risk = z.object({
  level: z.enum(["low", "medium", "high"]),
  locks: z.string(),
  write_cost: z.string(),
  reversibility: z.string(),
  blast_radius: z.string(),
  affected_consumers: z.array(z.string()),
});
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
  /** The rules' estimate (no measurement): 0..1 chance that it pays, and a gain in 0..1. */
  prior: z.number().min(0).max(1),
  estimated_gain: z.number().min(0).max(1),
  estimated_storage_overhead: z.number(),
});
export type Candidate = z.infer<typeof Candidate>;
