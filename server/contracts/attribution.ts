import { z } from "zod";

/** Who said it: the rules, or a model by the name its answers carry. */
const Attribution = z.object({ by: z.enum(["model", "rules"]), model: z.string().nullable() });

/** Whether a text tries to steer who reads it. */
export const Screening = Attribution.extend({
  is_suspect: z.boolean(),
  /** Probability that it does, 0..1. */
  score: z.number().min(0).max(1),
  /**
   * Where it was found, as JSON pointers into the message; of a name that is no plain word: `*`. Twenty at
   * most. Left out where nothing was.
   */
  places: z.array(z.string()).max(20).optional(),
});
export type Screening = z.infer<typeof Screening>;

/** A text of a request that seems to try to steer who reads it. The text itself is not repeated. */
export const SuspectText = Attribution.extend({
  code: z.literal("suspect_text"),
  /** Where it stands in the request's body, as a JSON pointer. */
  pointer: z.string(),
  /** Probability that it does, 0..1. */
  score: z.number().min(0).max(1),
});
export type SuspectText = z.infer<typeof SuspectText>;

/** Why nothing could be known of a query that a request brought. */
export const UnreadReason = z.enum([
  ...(["syntax_error", "template", "placeholder", "other_dialect", "several_statements"] as const),
  ...(["not_a_query", "unsupported", "other_table", "too_costly"] as const),
]);
export type UnreadReason = z.infer<typeof UnreadReason>;

/** A query of a request that the advice does not rest on. */
export const UnreadQuery = z.object({
  code: z.literal("unread_query"),
  /** Where it stands in the request's body, as a JSON pointer. */
  pointer: z.string(),
  reason: UnreadReason,
  message: z.string(),
});
export type UnreadQuery = z.infer<typeof UnreadQuery>;

/** How many of some things were left out, since they were too many or time was short. */
export const LeftOut = z.object({ left_out: z.number().int(), of: z.number().int() });
export type LeftOut = z.infer<typeof LeftOut>;

/** What an analysis left out, for lack of time or as too much: it takes what weighs most in the workload first. */
export const LimitedAnalysis = z.object({
  code: z.literal("limited_analysis"),
  /** Query shapes that were not read, and their share (0..1) of the workload's time. */
  shapes: LeftOut.extend({ time_share: z.number().min(0).max(1) }),
  /** Tables that were not copied: changes of them were not tried, and their data was not checked. */
  tables: LeftOut,
  /** Columns that queries use, of tables with very many of them: no change of them was considered. */
  columns: LeftOut,
  /** Text columns whose few values were not read: a list of them (ENUM) was not considered. */
  values: LeftOut,
  /** Changes that the rules proposed or excluded, and that are neither tested nor listed. */
  candidates: LeftOut,
  message: z.string(),
});
export type LimitedAnalysis = z.infer<typeof LimitedAnalysis>;

/** What to know of a request before its answer is believed. */
export const RequestWarning = z.discriminatedUnion("code", [
  SuspectText,
  UnreadQuery,
  LimitedAnalysis,
]);
export type RequestWarning = z.infer<typeof RequestWarning>;

/** What is thought of a proposal before any policy or person has: it decides nothing. */
export const FirstOpinion = Attribution.extend({
  opinion: z.enum(["accept", "reject", "counter"]),
  /**
   * A code: `type_mismatch` say. `invalid_name`, `invalid_type` and `lossy_type` come from DuckDB, before
   * anything else is thought of the proposal.
   */
  reason: z.string(),
  /** One sentence of what is wrong, where the code does not say it all. */
  detail: z.string().optional(),
  /**
   * Probability of the opinion, 0..1. Of the rules: 1 for what follows from schema and types, 0.5 for an
   * acceptance, since they do not read what the proposal says of itself.
   */
  confidence: z.number().min(0).max(1),
});
export type FirstOpinion = z.infer<typeof FirstOpinion>;

/** Plain words for a reviewer, every figure of them from the evidence. */
export const Explanation = Attribution.extend({ text: z.string() });
export type Explanation = z.infer<typeof Explanation>;
