import type { ServiceContext, Settings } from "@/server/platform";
import { openRedisStore, ResponseCache } from "../response-cache";
import type { InferenceClient } from "./inference-client";
import { createRemoteClient } from "./remote-client";
import { createWorkerClient } from "./worker-client";

/** The settings a client needs. */
export type InferenceClientOptions = Pick<
  Settings,
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
 * const client = createInferenceClient(root.settings);
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

/** What asking the model takes of a service context. */
export type InferenceContext = Pick<ServiceContext, "settings">;

const clients = new WeakMap<Settings, InferenceClient>();

/** The client of a process: one for its settings. It connects when it is first asked. */
export function inferenceClientOf({ settings }: InferenceContext): InferenceClient {
  const known = clients.get(settings);
  if (known !== undefined) return known;
  const client = createInferenceClient(settings);
  clients.set(settings, client);
  return client;
}
