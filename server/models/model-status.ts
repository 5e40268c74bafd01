import type { ModelStatus } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { hasLocalModel, type InferenceClient, inferenceClient } from "@/server/inference";
import { env, type ServiceContext } from "@/server/platform";

const RULES_ONLY = "Suggestions are ordered and estimated by rules alone.";

/** Whether a model answers now, and how it does. Throws `forbidden`. */
export async function modelStatus({
  ctx,
  client = inferenceClient(),
}: {
  ctx: ServiceContext;
  client?: InferenceClient;
}): Promise<ModelStatus> {
  assertCan(ctx.actor, "model.read");
  return askStatus(client);
}

/** The same for health answers, which anybody may read. Never rejects. */
export async function askStatus(client: InferenceClient = inferenceClient()): Promise<ModelStatus> {
  if (env().INFERENCE_URL === undefined && !hasLocalModel(env())) {
    return { state: "none", detail: `No model is set up. ${RULES_ONLY}` };
  }
  try {
    return { state: "up", status: await client.status() };
  } catch {
    return { state: "down", detail: `The model is not running. ${RULES_ONLY}` };
  }
}
