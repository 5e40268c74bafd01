import { z } from "zod";
import { InferenceStatus } from "./inference";

const Share = z.number().min(0).max(1);

/** How a model did on held-out families; shares 0..1, `ece` the expected calibration error. */
export const ModelEvaluation = z.object({
  tasks: z.record(
    z.string(),
    z.object({
      accuracy: Share,
      majority: Share,
      rules: Share,
      ece: Share,
      n: z.number().int().positive(),
    }),
  ),
  latency_ms: z.object({ p50: z.number().nonnegative(), p95: z.number().nonnegative() }),
  resident_bytes: z.number().int().nonnegative(),
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
export const ModelById = z.object({ model_id: ModelId });
export type ModelById = z.infer<typeof ModelById>;

export const RegisterModel = z.object({
  name: z.string().trim().min(1).max(200),
  /** Path of the GGUF on the sidecar's machine. */
  file: z.string().min(1).max(1000),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  parameters: z.number().int().positive(),
  quantization: z.string().min(1).max(20),
  source: z.enum(["shipped", "refined"]),
  evaluation: ModelEvaluation,
  trained_on: TrainedOn,
});
export type RegisterModel = z.infer<typeof RegisterModel>;

/** At most one is `present`: none means the manifest's default. */
export const ModelState = z.enum(["candidate", "present", "retired"]);
export type ModelState = z.infer<typeof ModelState>;

export const Model = RegisterModel.extend({
  model_id: ModelId,
  size_bytes: z.number().int(),
  state: ModelState,
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
