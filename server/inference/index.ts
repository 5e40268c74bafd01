export { type AskOptions, askTask } from "./ask-task";
export { createInferenceClient } from "./client/create-inference-client";
export type { InferenceClient } from "./client/types";
export { inferenceClient } from "./process-client";
export { screenEach, screenTexts } from "./screen-text";
export {
  confidence,
  gainBucket,
  OpinionInput,
  opinion,
  prior,
} from "./tasks";
export { socketPath } from "./wire/socket-path";
export {
  defaultModelFile,
  hasLocalModel,
  startInferenceWorker,
} from "./worker/start-inference-worker";
