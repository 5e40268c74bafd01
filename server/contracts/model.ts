import { z } from "zod";
import { InferenceStatus } from "./inference";

const Share = z.number().min(0).max(1);

const Count = z.number().int().nonnegative();

/** Shares 0..1 of `n` questions at one choice of an answer; `ece`: expected calibration error. */
export const ChoiceScores = z.object({
  accuracy: Share,
  majority: Share,
  rules: Share,
  ece: Share,
  n: z.number().int().positive(),
});
export type ChoiceScores = z.infer<typeof ChoiceScores>;

/** The model that another was compared with, asked the same questions. */
export const BaselineScores = z.object({
  accuracy: Share,
  ece: Share,
  /** Questions that it alone got right, and that the evaluated model alone did. */
  lost: Count,
  won: Count,
});
export type BaselineScores = z.infer<typeof BaselineScores>;

/** How a model did on held-out families, by choice (`task.key`). */
export const ModelEvaluation = z.object({
  tasks: z.record(z.string(), ChoiceScores),
  latency_ms: z.object({ p50: z.number().nonnegative(), p95: z.number().nonnegative() }),
  resident_bytes: z.number().int().nonnegative(),
  /** Tasks it may answer; left out: nothing says which. */
  trusted_tasks: z.array(z.string()).optional(),
  /** Temperature by `task.key`, with which it is served. */
  calibration: z.record(z.string(), z.number().positive()).optional(),
  /** The model active then, on the same questions; left out: it was compared with none. */
  baseline: z
    .object({
      name: z.string().max(200),
      sha256: z.string(),
      trusted_tasks: z.array(z.string()),
      tasks: z.record(z.string(), BaselineScores),
    })
    .optional(),
  /** The same on what happened here and was kept out of its training. */
  live: z
    .object({
      tasks: z.record(z.string(), ChoiceScores),
      baseline: z.record(z.string(), BaselineScores),
    })
    .optional(),
});
export type ModelEvaluation = z.infer<typeof ModelEvaluation>;

/** What a model was trained on: counts of examples, and the base set's name. */
export const TrainedOn = z.object({
  outcomes: z.number().int().nonnegative(),
  reviews: z.number().int().nonnegative(),
  base_set: z.string().max(200),
});
export type TrainedOn = z.infer<typeof TrainedOn>;

const ModelId = z.string().regex(/^model-[0-9a-z]{6,32}$/);

export const PromoteModel = z.strictObject({
  model_id: ModelId,
  /** Why a candidate that is worse than the active model is promoted all the same. */
  force_reason: z.string().trim().min(1).max(2000).optional(),
});
export type PromoteModel = z.infer<typeof PromoteModel>;

/** `shipped`: comes with the sidecar; `refined`: trained on what happened here. */
export const ModelSource = z.enum(["shipped", "refined"]);
export type ModelSource = z.infer<typeof ModelSource>;

export const RegisterModel = z.object({
  name: z.string().trim().min(1).max(200),
  /** Path of the GGUF on the sidecar's machine. */
  file: z.string().min(1).max(1000),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  parameters: z.number().int().positive(),
  quantization: z.string().min(1).max(20),
  source: ModelSource,
  evaluation: ModelEvaluation,
  trained_on: TrainedOn,
});
export type RegisterModel = z.infer<typeof RegisterModel>;

/** At most one is `active`: none means the manifest's default. */
export const ModelState = z.enum(["candidate", "active", "retired"]);
export type ModelState = z.infer<typeof ModelState>;

export const Model = RegisterModel.extend({
  model_id: ModelId,
  size_bytes: z.number().int(),
  state: ModelState,
  /** Choices and tasks at which it is worse than the model it was compared with. */
  regressions: z.array(z.string()),
  created_at: z.iso.datetime(),
  created_by: z.string(),
  promoted_at: z.iso.datetime().nullable(),
  promoted_by: z.string().nullable(),
  /** The model it took the place of; null: the manifest's default. */
  replaced: ModelId.nullable(),
});
export type Model = z.infer<typeof Model>;

/** Whether a model answers now: `none` is set up, it is `down`, or `up` with its figures. */
export const ModelStatus = z.discriminatedUnion("state", [
  z.object({ state: z.literal("up"), status: InferenceStatus }),
  z.object({ state: z.enum(["down", "none"]), detail: z.string() }),
]);
export type ModelStatus = z.infer<typeof ModelStatus>;
