import type { z } from "zod";
import type { InferAnswer, InferRequest, InferSchema } from "@/server/contracts";
import { type InferenceContext, inferenceClientOf } from "./client/create-inference-client";
import type { InferenceClient } from "./client/inference-client";
import type { AnswerSchema, Choice, Task } from "./tasks";

/** A task's result, and who gave it. */
export interface Attributed<Result> {
  result: Result;
  /** The model's name as its answers carry it; null: the rules answered. */
  model: string | null;
}

export interface AskOptions {
  /** Instead of the process's own client. */
  client?: InferenceClient;
  /** Longest wait, ms; the setting INFERENCE_DEADLINE_MS when left out. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

/** A task, what it is asked about, and how long the answer may take. */
export interface Ask<Schema extends z.ZodType, Result> extends AskOptions {
  ctx: InferenceContext;
  task: Task<Schema, Result>;
  input: z.infer<Schema>;
}

/** Answers of tasks are choices, which cost no generated token; a request names one at least. */
const TOKENS_MAX = 1;

/**
 * Asks the model alone; null where it is down, busy, late, not trusted with the task, or answers what
 * the task does not accept or the rules know better. Never rejects but with the signal's reason.
 */
export async function askModel<Schema extends z.ZodType, Result>({
  ctx,
  task,
  input,
  client = inferenceClientOf(ctx),
  deadlineMs = ctx.settings.INFERENCE_DEADLINE_MS,
  signal,
}: Ask<Schema, Result>): Promise<(Attributed<Result> & { model: string }) | null> {
  if (!(await isTrusted(client, task.name, deadlineMs))) return null;
  try {
    const answered = await client.infer(requestOf(task, input, deadlineMs), signal);
    const answer = JSON.stringify(answered.answer);
    // Checked before it is weighed against the rules.
    const result = task.read(answer, choicesOf(task.schema, answered));
    const reconciled = task.reconcile?.(answer, task.ruleFallback(input)) ?? answer;
    return reconciled === answer ? { result, model: answered.model } : null;
  } catch {
    signal?.throwIfAborted();
    return null;
  }
}

/** Asks the model, and the rules where it does not answer. Never rejects but with the signal's reason. */
export async function askTask<Schema extends z.ZodType, Result>(
  ask: Ask<Schema, Result>,
): Promise<Attributed<Result>> {
  const { task, input } = ask;
  const attributed = await askModel(ask);
  return attributed ?? { result: askRules({ task, input }), model: null };
}

/** What the rules alone answer. */
export function askRules<Schema extends z.ZodType, Result>({
  task,
  input,
}: Pick<Ask<Schema, Result>, "task" | "input">): Result {
  return task.read(task.ruleFallback(input), []);
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
  const typed = Object.entries(properties).map(([name, { enum: choices }]) => {
    const numbers = choices.filter((choice) => typeof choice === "number");
    const words = choices.filter((choice) => typeof choice === "string");
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

/** Probabilities in the order of the schema's properties. */
function choicesOf({ properties }: AnswerSchema, { probabilities }: InferAnswer): Choice[] {
  return Object.keys(properties).map((name) => ({ at: 0, choices: probabilities[name] ?? {} }));
}

/** A change of model is noticed after this at the latest; until then the model refuses by itself. */
const FRESH_MS = 10_000;
/** A worker that does not tell its status is asked for nothing, and looked at again after this. */
const DOWN_MS = 1000;

interface Known {
  /** undefined: not known. null: nothing says which, so everything may be asked. */
  tasks: readonly string[] | null | undefined;
  /** It did not tell the last time. */
  isDown: boolean;
  freshUntil: number;
  asking: Promise<void> | undefined;
}

const knownOf = new WeakMap<InferenceClient, Known>();

/**
 * Whether the model is trusted with a task, as its status says: what it would refuse anyway need not
 * be asked, candidate by candidate. Only the first call waits for the status, for `waitMsMax` at most;
 * later ones are answered at once, and the status is read again in the background. A worker that does not
 * tell it is asked for nothing, and waited for like that once in a while. True when nothing is known.
 */
export async function isTrusted(
  client: InferenceClient,
  task: string,
  waitMsMax: number,
): Promise<boolean> {
  const known = refreshed(client);
  if (known.tasks === undefined && known.asking !== undefined) {
    const late = new Promise<void>((resolve) => setTimeout(resolve, waitMsMax).unref());
    await Promise.race([known.asking, late]);
  }
  return known.tasks?.includes(task) ?? !known.isDown;
}

/** What is known of a client; read again in the background when it is old. */
function refreshed(client: InferenceClient): Known {
  const known = knownOf.get(client) ?? {
    ...{ tasks: undefined, isDown: false, freshUntil: 0, asking: undefined },
  };
  knownOf.set(client, known);
  if (performance.now() >= known.freshUntil) {
    // It may be back again.
    if (known.isDown) known.tasks = undefined;
    known.asking ??= readTasks(client, known);
  }
  return known;
}

/** Whether the model is known to be trusted with a task, answered at once: not while nothing is known of it. */
export function isKnownToBeTrusted(client: InferenceClient, task: string): boolean {
  const { tasks } = refreshed(client);
  return tasks === null || (tasks?.includes(task) ?? false);
}

async function readTasks(client: InferenceClient, known: Known): Promise<void> {
  try {
    known.tasks = (await client.status()).model.tasks;
    known.isDown = false;
    known.freshUntil = performance.now() + FRESH_MS;
  } catch {
    known.tasks = [];
    known.isDown = true;
    known.freshUntil = performance.now() + DOWN_MS;
  } finally {
    known.asking = undefined;
  }
}
