export { type AskOptions, askRules, askTask, isKnownToBeTrusted } from "./ask-task";
export {
  createInferenceClient,
  type InferenceContext,
  inferenceClientOf,
} from "./client/create-inference-client";
export type { InferenceClient } from "./client/inference-client";
export { screenByRules, screenEach, screenTexts } from "./screen-texts";
export {
  adversarial,
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
