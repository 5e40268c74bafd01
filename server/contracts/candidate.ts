import { z } from "zod";
import { Change } from "./change";

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
  drawbacks: z.array(z.string()),
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
