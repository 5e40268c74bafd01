import type { Model, ModelChoice } from "@/server/contracts";
import { defaultModelFile, type InferenceClient, inferenceClient } from "@/server/inference";
import { env, type Logger, type ServiceContext } from "@/server/platform";
import { presentModel } from "./present-model";

/**
 * Has the worker serve the present model: after a promotion, a roll-back, or a restart, which begins
 * with the manifest's default. Does nothing while it serves that already, or is down. A file that
 * cannot be loaded is logged, and the worker keeps what it has.
 */
export async function keepPresentModel(
  ctx: ServiceContext,
  { client = inferenceClient(), log }: { client?: InferenceClient; log: Logger },
): Promise<void> {
  // A remote server's model is its own; MODEL_PATH is the operator's word.
  if (env().INFERENCE_URL !== undefined || env().MODEL_PATH !== undefined) return;
  const status = await client.status().catch(() => null);
  if (status === null) return;
  const present = await presentModel({ ctx });
  const wanted = present ?? defaultModelFile(env());
  if (wanted === null || wanted.sha256 === status.model.sha256) return;
  try {
    const { name } = await client.swap(present === null ? { path: wanted.file } : choose(present));
    log.info({ model: name }, "the present model is served");
  } catch (error) {
    log.error({ err: error, model: wanted.name }, "the present model cannot be served");
  }
}

/** With what its evaluation says: a file alone does not tell its tasks and temperatures. */
function choose({ file, sha256, evaluation }: Model): ModelChoice {
  const { trusted_tasks: tasks, calibration } = evaluation;
  return {
    ...{ path: file, sha256 },
    ...(tasks && { tasks }),
    ...(calibration && { calibration }),
  };
}
