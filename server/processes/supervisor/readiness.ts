import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { createInferenceClient } from "@/server/inference";
import { AppError, closeRoot, createRoot, isProcessReady, type Settings } from "@/server/platform";
import type { ChildSpec, RunningProcess } from "./child-process";

/** True when the address answers 200 within 2 s. */
export async function answersHttp(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000), redirect: "manual" });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** True when the inference worker of this installation has loaded a model and tells its status. */
export async function answersStatus(settings: Settings): Promise<boolean> {
  const client = createInferenceClient(settings);
  try {
    await client.status();
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}

/** True when the process of this role and pid stored a heartbeat that says it can do its work. */
export async function beatsReady(
  settings: Settings,
  process: { role: string; pid: number },
): Promise<boolean> {
  const root = createRoot("supervisor", { settings, poolMax: 1 });
  try {
    return await isProcessReady({ ctx: root, input: { ...process, host: hostname() } });
  } catch {
    return false;
  } finally {
    await closeRoot(root);
  }
}

/** Resolves true when the role is ready, false when it ended first. Throws `timeout`. */
export async function becomesReady(spec: ChildSpec, running: RunningProcess): Promise<boolean> {
  const startedMs = Date.now();
  while (!running.hasEnded()) {
    if (await spec.isReady(running.pid)) return !running.hasEnded();
    if (Date.now() - startedMs > spec.readySecondsMax * 1000) {
      throw new AppError(
        "timeout",
        `${spec.label} did not become ready within ${spec.readySecondsMax} s.`,
      );
    }
    await pause(100);
  }
  return false;
}
