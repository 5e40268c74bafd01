import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { AppError } from "@/server/platform";
import type { ChildSpec, RunningProcess } from "./child-process";

/** True when the address answers with anything below 500: a program that serves. */
export async function answersHttp(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000), redirect: "manual" });
    await answer.body?.cancel();
    return answer.status < 500;
  } catch {
    return false;
  }
}

/** True when somebody listens on a local socket. */
export function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    const settle = (answer: boolean) => {
      probe.destroy();
      resolve(answer);
    };
    probe.once("connect", () => settle(true));
    probe.once("error", () => settle(false));
  });
}

/** Resolves true when the role is ready, false when it ended first. Throws `timeout`. */
export async function becomesReady(spec: ChildSpec, running: RunningProcess): Promise<boolean> {
  const startedMs = Date.now();
  while (!running.hasEnded()) {
    if (await spec.isReady(Date.now() - startedMs)) return !running.hasEnded();
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
