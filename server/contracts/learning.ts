import { z } from "zod";
import { ChangeKind } from "./change";
import { SuggestionId } from "./suggestion";

/** How an execution turned out, as far as something was learned of it. */
export const LearnedOutcome = z.object({
  suggestion_id: SuggestionId,
  /** It regressed, or was rolled back; else the live workload confirmed it. */
  is_bad: z.boolean(),
  at: z.iso.datetime(),
});
export type LearnedOutcome = z.infer<typeof LearnedOutcome>;

/** The gain that is required of a kind of change on a product, where its outcomes made it another one. */
export const LearnedThreshold = z.object({
  product_id: z.string(),
  kind: ChangeKind,
  /** Shares of the time, 0..1. */
  required_gain: z.number(),
  usual_gain: z.number(),
  /** Oldest first; the latest 20. */
  outcomes: z.array(LearnedOutcome),
  learned_at: z.iso.datetime(),
});
export type LearnedThreshold = z.infer<typeof LearnedThreshold>;

export const UndoLearned = z.strictObject({ product_id: z.string().min(1), kind: ChangeKind });
export type UndoLearned = z.infer<typeof UndoLearned>;
