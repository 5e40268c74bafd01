import { env } from "@/server/platform";
import { createInferenceClient } from "./client/create-inference-client";
import type { InferenceClient } from "./client/types";

// Next.js may load this module once per route bundle; the connection must be one per process.
const shared = globalThis as typeof globalThis & { sidecarInference?: InferenceClient };

/** This process's client of the model, by its settings. It connects when first asked. */
export function inferenceClient(): InferenceClient {
  shared.sidecarInference ??= createInferenceClient(env());
  return shared.sidecarInference;
}
