import { startInferenceWorker } from "@/server/inference";
import { createLogger, env } from "@/server/platform";
import { lowerPriority } from "../lower-priority";

/** Shorter than the supervisor's patience. */
const DRAIN_SECONDS = 5;

/** The inference process: the only one that loads a model. */
async function main(): Promise<void> {
  await lowerPriority("below-normal");
  const log = createLogger("inference");
  const stopped = new Promise<void>((stop) => {
    // Not once(): node-llama-cpp's signal-exit kills a process whose last listener was taken off.
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop());
  });
  const worker = await startInferenceWorker(env(), log);
  await stopped;
  log.info("inference worker stopping");
  await worker.stop(DRAIN_SECONDS);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
