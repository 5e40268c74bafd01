import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { InferRequest } from "@/server/contracts";
import { env, type Settings, setEnv } from "@/server/platform";
import { INFERENCE_ARGS } from "@/server/processes/inference/command";
import { createInferenceClient, type InferenceClient } from "..";
import { type RandomModelOptions, writeRandomModel } from "./random-model";

const READY_SECONDS_MAX = 60;

type WorkerSettings = Partial<Record<keyof Settings, string>>;

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

const DEFAULTS: WorkerSettings = {
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
  settings: WorkerSettings = {},
  model: RandomModelOptions = {},
): Promise<TestWorker> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "sidecar-infer-"));
  const modelFile = path.join(dataDir, "random.gguf");
  writeRandomModel(modelFile, model);
  const applySettings = () =>
    setEnv({ ...DEFAULTS, SIDECAR_DATA_DIR: dataDir, MODEL_PATH: modelFile, ...settings });
  applySettings();
  const client = createInferenceClient(env());
  let child: ChildProcess | undefined;
  let output = "";
  const worker: TestWorker = {
    dataDir,
    modelFile,
    client,
    async start() {
      applySettings();
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

const base = { instruction: "Answer.", tokensMax: 64, deadlineMs: 20_000 };
const closed = { type: "object", additionalProperties: false } as const;

/** A digit, as a student's first task has it. */
export function gainRequest(prompt: string, changes: Partial<InferRequest> = {}): InferRequest {
  const gain = { type: "integer" as const, enum: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] };
  const schema = { ...closed, properties: { gain }, required: ["gain"] };
  return { ...base, prompt, schema, ...changes };
}

/** A choice, a number of several digits and a text that holds no digit. */
export function mixedRequest(prompt: string, changes: Partial<InferRequest> = {}): InferRequest {
  const properties: InferRequest["schema"]["properties"] = {
    opinion: { type: "string", enum: ["accept", "reject", "counter", "accept later"] },
    days: { type: "integer", enum: [-1, 1, 10, 100, 12] },
    text: { type: "string", maxLength: 30, pattern: "^[a-z ,.]*$" },
  };
  const schema = { ...closed, properties, required: Object.keys(properties) };
  return { ...base, prompt, schema, ...changes };
}

/** A text that a random model writes to its end: takes long. */
export function longRequest(prompt: string, changes: Partial<InferRequest> = {}): InferRequest {
  const text = { type: "string" as const, maxLength: 1500, pattern: "^[!-~]*$" };
  const schema = { ...closed, properties: { text }, required: ["text"] };
  return { ...base, prompt, schema, tokensMax: 1500, deadlineMs: 60_000, ...changes };
}
