import type { Env } from "@/server/platform";
import { openRedisStore } from "../cache/redis-store";
import { ResponseCache } from "../cache/response-cache";
import { createRemoteClient } from "./remote-client";
import type { InferenceClient } from "./types";
import { createWorkerClient } from "./worker-client";

/** The settings a client needs. */
export type InferenceClientOptions = Pick<
  Env,
  | "SIDECAR_DATA_DIR"
  | "REDIS_URL"
  | "INFERENCE_URL"
  | "INFERENCE_MODEL"
  | "INFERENCE_API_KEY"
  | "INFERENCE_QUEUE_MAX"
  | "INFERENCE_CACHE_ENTRIES"
  | "INFERENCE_CACHE_SECONDS"
>;

/**
 * Asks the model: the server at INFERENCE_URL, else the worker of this data folder. Make one a
 * process and keep it; it connects by itself when it is first asked, and again after a restart.
 *
 * @example
 * const client = createInferenceClient(env());
 * const { answer, probabilities } = await client.infer(request, signal);
 */
export function createInferenceClient(options: InferenceClientOptions): InferenceClient {
  const { INFERENCE_URL: url, REDIS_URL: redis } = options;
  if (url === undefined) return createWorkerClient(options.SIDECAR_DATA_DIR);
  const shared =
    redis === undefined ? null : openRedisStore(redis, options.INFERENCE_CACHE_SECONDS);
  return createRemoteClient(
    { url, model: options.INFERENCE_MODEL, apiKey: options.INFERENCE_API_KEY },
    {
      cache: new ResponseCache(options.INFERENCE_CACHE_ENTRIES, shared),
      inFlightMax: options.INFERENCE_QUEUE_MAX,
    },
  );
}
