import { type SpawnOptions, spawn } from "node:child_process";
import type { ChildSpec } from "./child-spec";
import { withLogHandle } from "./logs";
import { groupEnds, signalGroup } from "./process-group";
import { ROOT } from "./settings";

const ESCALATE_SECONDS = 10;

export interface RunningProcess {
  pid: number;
  /** Why it ended, in words: `exit code 1`, `signal SIGKILL`. */
  ended: Promise<string>;
  hasEnded(): boolean;
  /** Asks to stop; kills the whole group after 10 s. Resolves when nothing of it is left. */
  stop(): Promise<void>;
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

/** Starts a role as leader of its own process group, its output appended to `logFile`. */
export function startProcess(spec: ChildSpec, logFile: string): RunningProcess {
  const child = withLogHandle(logFile, (log) => {
    const options: SpawnOptions = {
      cwd: ROOT,
      detached: true,
      stdio: spec.hasLeash ? ["ignore", log, log, "ipc"] : ["ignore", log, log],
      ...(spec.account ?? {}),
      ...(spec.env === undefined ? {} : { env: { NODE_ENV: "production", ...spec.env } }),
    };
    return spawn(spec.file, spec.args, options);
  });
  let hasEnded = false;
  const ended = new Promise<string>((resolve) => {
    const settle = (reason: string) => {
      hasEnded = true;
      resolve(reason);
    };
    child.once("exit", (code, signal) => settle(describeExit(code, signal)));
    child.once("error", (error) => settle(error.message));
  });
  const pid = child.pid;
  return {
    pid: pid ?? 0,
    ended,
    hasEnded: () => hasEnded,
    async stop() {
      if (pid === undefined) return;
      if (!hasEnded) child.kill(spec.stopSignal);
      // The leader may be gone while something it started is not.
      else signalGroup(pid, "SIGTERM");
      if (await groupEnds(pid, ESCALATE_SECONDS)) return;
      signalGroup(pid, "SIGKILL");
      await groupEnds(pid, ESCALATE_SECONDS);
    },
  };
}
