import type { Model, ModelChoice, ModelStatus } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import {
  defaultModelFile,
  hasLocalModel,
  type InferenceClient,
  type InferenceContext,
  inferenceClientOf,
} from "@/server/inference";
import type { ServiceContext } from "@/server/platform";
import { activeModel } from "./model-view";

const RULES_ONLY = "Suggestions are ordered and estimated by rules alone.";

/** Whether a model answers now, and how it does. Throws `forbidden`. */
export async function modelStatus({ ctx }: { ctx: ServiceContext }): Promise<ModelStatus> {
  assertCan(ctx.actor, "model.read");
  return askStatus({ ctx });
}

/** The same for health answers, which anybody may read. Never rejects. */
export async function askStatus({ ctx }: { ctx: InferenceContext }): Promise<ModelStatus> {
  if (ctx.settings.INFERENCE_URL === undefined && !hasLocalModel(ctx.settings)) {
    return { state: "none", detail: `No model is set up. ${RULES_ONLY}` };
  }
  try {
    return { state: "up", status: await inferenceClientOf(ctx).status() };
  } catch {
    return { state: "down", detail: `The model is not running. ${RULES_ONLY}` };
  }
}

/**
 * Has the worker serve the active model: after a promotion, a roll-back, or a restart, which begins
 * with the manifest's default. Does nothing while it serves that already, or is down. A file that
 * cannot be loaded is logged, and the worker keeps what it has.
 */
export async function serveActiveModel({
  ctx,
  client = inferenceClientOf(ctx),
}: {
  ctx: ServiceContext;
  client?: InferenceClient;
}): Promise<void> {
  const { settings, log } = ctx;
  // A remote server's model is its own; MODEL_PATH is the operator's word.
  if (settings.INFERENCE_URL !== undefined || settings.MODEL_PATH !== undefined) return;
  const status = await client.status().catch(() => null);
  if (status === null) return;
  const active = await activeModel({ ctx });
  const wanted = active ?? defaultModelFile(settings);
  if (wanted === null || wanted.sha256 === status.model.sha256) return;
  try {
    const choice = active === null ? { path: wanted.file } : choiceOf(active);
    const { name } = await client.swap(choice);
    log.info({ model: name }, "the active model is served");
  } catch (error) {
    log.error({ err: error, model: wanted.name }, "the active model cannot be served");
  }
}

/** With what its evaluation says: a file alone does not tell its tasks and temperatures. */
function choiceOf({ file, sha256, evaluation }: Model): ModelChoice {
  const { trusted_tasks: tasks, calibration } = evaluation;
  return {
    ...{ path: file, sha256 },
    ...(tasks && { tasks }),
    ...(calibration && { calibration }),
  };
}
