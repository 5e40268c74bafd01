export { createInferenceClient } from "./client/create-inference-client";
export type { InferenceClient } from "./client/types";
export { socketPath } from "./wire/socket-path";
export { hasLocalModel, startInferenceWorker } from "./worker/start-inference-worker";
