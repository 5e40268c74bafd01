import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createInferenceClient, hasLocalModel, type InferenceClient } from "@/server/inference";
import { launchEnv, setEnv } from "@/server/platform";
import { INFERENCE_ARGS } from "@/server/processes/inference/command";

const READY_SECONDS_MAX = 120;

export interface BenchedWorker {
  client: InferenceClient;
  isOwn: boolean;
  close(): Promise<void>;
}

/** Starts a worker for this benchmark alone, on the model a sidecar here would load. */
async function startOwn(): Promise<BenchedWorker> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "sidecar-bench-"));
  setEnv({ SIDECAR_DATA_DIR: dataDir, SIDECAR_MODE: "demo" });
  const child = spawn(process.execPath, INFERENCE_ARGS, { stdio: ["ignore", "ignore", "inherit"] });
  const client = createInferenceClient(launchEnv());
  const until = performance.now() + READY_SECONDS_MAX * 1000;
  const close = async () => {
    await client.close();
    const ended = once(child, "exit");
    if (child.exitCode === null && child.kill("SIGTERM")) await ended;
    rmSync(dataDir, { recursive: true, force: true });
  };
  while ((await client.status().catch(() => null)) === null) {
    if (child.exitCode !== null || performance.now() > until) {
      await close();
      throw new Error("The inference worker did not start.");
    }
    await pause(50);
  }
  return { client, isOwn: true, close };
}

/** The worker of the sidecar that runs on this data folder, else one started for this benchmark. */
export async function openWorker(): Promise<BenchedWorker> {
  const settings = launchEnv();
  const client = createInferenceClient(settings);
  if ((await client.status().catch(() => null)) !== null) {
    return { client, isOwn: false, close: () => client.close() };
  }
  await client.close();
  if (hasLocalModel(settings)) return startOwn();
  throw new Error("There is no model: set MODEL_PATH, or let models/manifest.json name one.");
}
