import { startInferenceWorker } from "@/server/inference";
import type { Root } from "@/server/platform";
import { lowerPriority, type RunningProcess, runProcess } from "../run-process";

/** Shorter than what a process is given to end. */
const DRAIN_SECONDS = 5;

/** The inference process: the only one that loads a model. It answers without the database too. */
async function startInference({ settings, log }: Root): Promise<RunningProcess> {
  await lowerPriority("below-normal");
  const worker = await startInferenceWorker(settings, log);
  return { stop: () => worker.stop(DRAIN_SECONDS) };
}

runProcess("inference", startInference);
