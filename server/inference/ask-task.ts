import type { z } from "zod";
import type { InferAnswer, InferRequest, InferSchema } from "@/server/contracts";
import { env } from "@/server/platform";
import type { InferenceClient } from "./client/types";
import { inferenceClient } from "./process-client";
import type { AnswerSchema, Choice, Task } from "./tasks";
import { isTrusted } from "./trusted-tasks";

/** A task's result, and who gave it. */
export interface Told<Result> {
  result: Result;
  /** The model's name as its answers carry it; null: the rules answered. */
  model: string | null;
}

export interface AskOptions {
  client?: InferenceClient;
  /** Longest wait, ms; the setting INFERENCE_DEADLINE_MS when left out. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

/** Tokens of a text answer: forty words, and then some for a model with small tokens. */
const TOKENS_MAX = 160;

/**
 * Asks the model alone; null where it is down, busy, late, not trusted with the task, or answers what
 * the task does not accept or the rules know better. Never rejects but with the signal's reason.
 */
export async function askModel<Schema extends z.ZodType, Result>(
  task: Task<Schema, Result>,
  input: z.infer<Schema>,
  options: AskOptions = {},
): Promise<(Told<Result> & { model: string }) | null> {
  const client = options.client ?? inferenceClient();
  const deadlineMs = options.deadlineMs ?? env().INFERENCE_DEADLINE_MS;
  if (!(await isTrusted(client, task.name, deadlineMs))) return null;
  try {
    const told = await client.infer(requestOf(task, input, deadlineMs), options.signal);
    const answer = JSON.stringify(told.answer);
    // Checked before it is weighed against the rules.
    const result = task.read(answer, choicesOf(task.schema, told));
    const settled = task.settle?.(answer, task.byRules(input)) ?? answer;
    return settled === answer ? { result, model: told.model } : null;
  } catch {
    options.signal?.throwIfAborted();
    return null;
  }
}

/** Asks the model, and the rules where it does not answer. Never rejects but with the signal's reason. */
export async function askTask<Schema extends z.ZodType, Result>(
  task: Task<Schema, Result>,
  input: z.infer<Schema>,
  options: AskOptions = {},
): Promise<Told<Result>> {
  const told = await askModel(task, input, options);
  return told ?? { result: task.read(task.byRules(input), []), model: null };
}

function requestOf<Schema extends z.ZodType, Result>(
  task: Task<Schema, Result>,
  input: z.infer<Schema>,
  deadlineMs: number,
): InferRequest {
  return {
    task: task.name,
    prompt: task.prompt(input),
    instruction: task.instruction,
    schema: toInferSchema(task.schema),
    tokensMax: TOKENS_MAX,
    deadlineMs,
  };
}

/** The same schema with the types of its choices named. */
function toInferSchema({ properties, required }: AnswerSchema): InferSchema {
  const typed = Object.entries(properties).map(([name, property]) => {
    if (!("enum" in property)) return [name, property] as const;
    const numbers = property.enum.filter((choice) => typeof choice === "number");
    const words = property.enum.filter((choice) => typeof choice === "string");
    return numbers.length > 0
      ? ([name, { type: "integer", enum: numbers }] as const)
      : ([name, { type: "string", enum: words }] as const);
  });
  return {
    type: "object",
    properties: Object.fromEntries(typed),
    required: [...required],
    additionalProperties: false,
  };
}

/** Probabilities in the order of the schema's choices. */
function choicesOf({ properties }: AnswerSchema, { probabilities }: InferAnswer): Choice[] {
  return Object.entries(properties).flatMap(([name, property]) =>
    "enum" in property ? [{ at: 0, choices: probabilities[name] ?? {} }] : [],
  );
}
