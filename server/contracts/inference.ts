import { z } from "zod";

/** A key may not look like a number: JSON objects would no longer keep their order. */
const PropertyName = z.string().regex(/^[A-Za-z_]\w{0,63}$/);

/** `^[class]*$`, the only pattern a model can be held to letter by letter. */
export const CHARACTER_CLASS = /^\^(\[(?:[^\]\\]|\\.)+\])\*\$$/u;

const ChoiceText = z
  .string()
  .min(1)
  .max(200)
  // What JSON would have to escape: choices are compared letter by letter.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused.
  .regex(/^[^"\\\u0000-\u001f]+$/u);

function choices<Choice extends z.ZodType<string | number>>(choice: Choice) {
  const areDistinct = (all: unknown[]) => new Set(all).size === all.length;
  return z.array(choice).min(1).max(256).refine(areDistinct, "Every choice once.");
}

/** One property of an answer: a choice, or text with a bound and perhaps a class of characters. */
export const InferProperty = z.union([
  z.strictObject({ type: z.literal("string"), enum: choices(ChoiceText) }),
  z.strictObject({ type: z.literal("integer"), enum: choices(z.number().int()) }),
  z.strictObject({
    type: z.literal("string"),
    maxLength: z.number().int().min(1).max(4000),
    pattern: z.string().max(200).regex(CHARACTER_CLASS).optional(),
  }),
]);
export type InferProperty = z.infer<typeof InferProperty>;

/** The closed JSON schema of an answer. Its properties are answered in this order. */
export const InferSchema = z
  .strictObject({
    type: z.literal("object"),
    properties: z.record(PropertyName, InferProperty),
    required: z.array(PropertyName).min(1),
    additionalProperties: z.literal(false),
  })
  .refine(
    ({ properties, required }) =>
      Object.keys(properties).length === required.length &&
      required.every((name) => Object.hasOwn(properties, name)),
    "Every property is required.",
  );
export type InferSchema = z.infer<typeof InferSchema>;

/** What a model is asked. */
export const InferRequest = z.object({
  /** What it is asked for. A model answers only its own tasks, calibrated for each. */
  task: z.string().min(1).max(100).optional(),
  /** Completed as it stands by a student; follows `instruction` for a model with a chat template. */
  prompt: z.string().max(200_000),
  /** The task in plain language; used only with a chat template. */
  instruction: z.string().max(20_000),
  schema: InferSchema,
  /** Most tokens that may be generated one by one; choices and fixed text cost none. */
  tokensMax: z.number().int().min(1).max(4096),
  /** From arrival to answer. */
  deadlineMs: z.number().int().min(1).max(600_000),
});
export type InferRequest = z.infer<typeof InferRequest>;

const Milliseconds = z.number().min(0);

/** What a model answers. */
export const InferAnswer = z.object({
  /** Valid against the request's schema. */
  answer: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Of every property with choices: probability of each (by its text), together 1. */
  probabilities: z.record(z.string(), z.record(z.string(), z.number().min(0).max(1))),
  /** First 16 hex characters of the model's SHA-256, or a remote model's name. */
  model: z.string(),
  isCached: z.boolean(),
  timings: z.object({
    queueMs: Milliseconds,
    /** Prompt read, up to the first choice or letter. */
    prefillMs: Milliseconds,
    generateMs: Milliseconds,
    totalMs: Milliseconds,
    /** Tokens evaluated: prompt, fixed text and generated ones. */
    tokens: z.number().int().min(0),
  }),
});
export type InferAnswer = z.infer<typeof InferAnswer>;

/** Quantiles of a bounded window of the last requests, ms; null before the first. */
const Quantiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable();

export const InferenceModel = z.object({
  name: z.string(),
  sha256: z.string().nullable(),
  architecture: z.string().nullable(),
  parameters: z.number().int().nullable(),
  quantization: z.string().nullable(),
  /** Tokens a request may have, prompt and answer together. */
  contextTokens: z.number().int().nullable(),
  /** Tasks it is trusted with; null: nothing says which (a GGUF of the user's, a remote server). */
  tasks: z.array(z.string()).nullable(),
  /** Temperature by `task.property`: a probability p becomes p^(1/T), renormalized. */
  calibration: z.record(z.string(), z.number().positive()),
});
export type InferenceModel = z.infer<typeof InferenceModel>;

/** How the inference worker (or the server at INFERENCE_URL) does. */
export const InferenceStatus = z.object({
  model: InferenceModel,
  queue: z.object({
    waiting: z.number().int(),
    running: z.number().int(),
    max: z.number().int(),
  }),
  latency: z.object({
    queueMs: Quantiles,
    prefillMs: Quantiles,
    generateMs: Quantiles,
    totalMs: Quantiles,
  }),
  /** Tokens evaluated per second of work over the same window; null before the first request. */
  tokensPerSecond: z.number().nullable(),
  cache: z.object({
    hits: z.number().int(),
    misses: z.number().int(),
    entries: z.number().int(),
    isShared: z.boolean(),
  }),
  requests: z.object({
    answered: z.number().int(),
    refused: z.number().int(),
    timedOut: z.number().int(),
    cancelled: z.number().int(),
    failed: z.number().int(),
  }),
  residentBytes: z.number().int(),
  uptimeSeconds: z.number(),
  /** Random at every start of the worker: another one means it was restarted. */
  instance: z.string(),
  /** Restarts this client has seen. */
  restartsSeen: z.number().int(),
});
export type InferenceStatus = z.infer<typeof InferenceStatus>;

/**
 * Which model to change to: one of the manifest by name, or any GGUF file. Of a file its SHA-256,
 * the tasks it is trusted with and its calibration may be told; else the manifest's word holds.
 */
export const ModelChoice = z.union([
  z.strictObject({ name: z.string().min(1) }),
  z.strictObject({
    path: z.string().min(1),
    sha256: z.string().optional(),
    tasks: z.array(z.string()).optional(),
    calibration: z.record(z.string(), z.number().positive()).optional(),
  }),
]);
export type ModelChoice = z.infer<typeof ModelChoice>;

const id = z.number().int().min(0);

/** A line to the worker. */
export const InferenceCall = z.discriminatedUnion("verb", [
  z.object({ id, verb: z.literal("infer"), request: InferRequest }),
  z.object({ id, verb: z.literal("cancel") }),
  z.object({ id, verb: z.literal("status") }),
  z.object({ id, verb: z.literal("swap"), model: ModelChoice }),
]);
export type InferenceCall = z.infer<typeof InferenceCall>;

/** A line from the worker: first its instance, then answers with the `id` of their call. */
export const InferenceReply = z.union([
  z.object({ hello: z.string() }),
  z.object({
    id,
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
  z.object({ id, value: z.unknown() }),
]);
export type InferenceReply = z.infer<typeof InferenceReply>;
