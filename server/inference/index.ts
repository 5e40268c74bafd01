export { type AskOptions, askTask } from "./ask-task";
export {
  createInferenceClient,
  type InferenceContext,
  inferenceClientOf,
} from "./client/create-inference-client";
export type { InferenceClient } from "./client/inference-client";
export { screenEach, screenTexts } from "./screen-texts";
export {
  confidence,
  gainBucket,
  OpinionInput,
  opinion,
  prior,
} from "./tasks";
export {
  defaultModelFile,
  hasLocalModel,
  startInferenceWorker,
} from "./worker/start-inference-worker";
