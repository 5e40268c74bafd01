import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Env, env, setEnv } from "@/server/platform";
import { INFERENCE_ARGS } from "@/server/processes/inference/command";
import { createInferenceClient, type InferenceClient } from "..";
import { type RandomModelOptions, writeRandomModel } from "./random-model";

const READY_SECONDS_MAX = 60;

type Settings = Partial<Record<keyof Env, string>>;

/** A worker process on a random model, in a data folder of its own. */
export interface TestWorker {
  dataDir: string;
  modelFile: string;
  client: InferenceClient;
  /** Starts it again after it ended; resolves when it answers. */
  start(): Promise<void>;
  kill(signal: "SIGKILL" | "SIGTERM"): Promise<{ code: number | null; output: string }>;
  close(): Promise<void>;
}

const DEFAULTS: Settings = {
  MODEL_MANIFEST: "",
  REDIS_URL: "",
  INFERENCE_URL: "",
  INFERENCE_SEQUENCES: "",
  INFERENCE_LANES: "",
  INFERENCE_QUEUE_MAX: "",
  INFERENCE_CONTEXT: "",
  INFERENCE_CACHE_ENTRIES: "",
};

/** Makes folder and model and starts the worker. */
export async function startTestWorker(
  settings: Settings = {},
  model: RandomModelOptions = {},
): Promise<TestWorker> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "sidecar-infer-"));
  const modelFile = path.join(dataDir, "random.gguf");
  writeRandomModel(modelFile, model);
  const settle = () =>
    setEnv({ ...DEFAULTS, SIDECAR_DATA_DIR: dataDir, MODEL_PATH: modelFile, ...settings });
  settle();
  const client = createInferenceClient(env());
  let child: ChildProcess | undefined;
  let output = "";
  const worker: TestWorker = {
    dataDir,
    modelFile,
    client,
    async start() {
      settle();
      child = spawn(process.execPath, INFERENCE_ARGS, { stdio: ["ignore", "pipe", "pipe"] });
      output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on("data", (data: Buffer) => {
          output += data.toString();
        });
      }
      await answers(client, child, () => output);
    },
    async kill(signal) {
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) {
        return { code: running?.exitCode ?? null, output };
      }
      const ended = once(running, "exit");
      running.kill(signal);
      const [code] = await ended;
      return { code: typeof code === "number" ? code : null, output };
    },
    async close() {
      await client.close();
      await worker.kill("SIGKILL");
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await worker.start();
  return worker;
}

/** Resolves when the worker tells its status. Throws with its output when it ends or takes too long. */
async function answers(client: InferenceClient, child: ChildProcess, output: () => string) {
  const until = performance.now() + READY_SECONDS_MAX * 1000;
  for (;;) {
    const status = await client.status().catch(() => null);
    if (status !== null) return;
    if (child.exitCode !== null || performance.now() > until) {
      throw new Error(`The worker did not start: ${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
