import { z } from "zod";

/**
 * A line of a training set made of what happened here, as `npm run distill -- refine` reads it:
 * a question, its answer, and how much the answer counts.
 */
export const TrainingExample = z.object({
  id: z.string().min(1),
  task: z.string().min(1),
  family: z.string(),
  prompt: z.string(),
  /** Compact JSON: what is right. */
  answer: z.string(),
  /** At each choice of the answer (offset of its value, without quotes): probabilities, together 1. */
  soft: z.array(
    z.object({ at: z.number().int().nonnegative(), choices: z.record(z.string(), z.number()) }),
  ),
  /** The rules' own answer. */
  rules: z.string(),
  /** Of the change asked about: all its examples stand on one side of a split. */
  group: z.string().min(1),
  /** Where the answer comes from: the live workload, a proof, or people's word alone. */
  basis: z.enum(["live", "proof", "people"]),
  /** How many times it counts; 1 is a proof that nobody spoke of. */
  weight: z.number().positive().max(100),
});
export type TrainingExample = z.infer<typeof TrainingExample>;
