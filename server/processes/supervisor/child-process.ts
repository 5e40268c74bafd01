import { type SpawnOptions, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { PostgresAccount } from "@/server/platform/embedded-postgres";
import { withLogHandle } from "./logs";
import { ROOT } from "./settings";

/** How to run one role and how to tell that it works. */
export interface ChildSpec {
  role: "postgres" | "redis" | "registry" | "demo" | "prover" | "courier" | "inference" | "web";
  /** What it is, in a message to a person. */
  label: string;
  file: string;
  args: string[];
  /** Its whole environment; left out, it inherits ours (with every secret in it). */
  env?: Record<string, string>;
  account: PostgresAccount;
  /** Node roles get a channel, so that they notice a supervisor that was killed. */
  hasWatchdog: boolean;
  stopSignal: NodeJS.Signals;
  /** Whether the process of this pid can do its work; asked again until true. */
  isReady(pid: number): Promise<boolean>;
  readySecondsMax: number;
  /** When it cannot be kept alive, the others go on without it. */
  isOptional?: boolean;
}

/** Signals a whole process group; false when nothing of it is left. */
export function signalGroup(leaderPid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leaderPid, name);
    return true;
  } catch {
    return false;
  }
}

/** True when the group is empty before `secondsMax` are over. */
export async function groupEnds(leaderPid: number, secondsMax: number): Promise<boolean> {
  const deadline = Date.now() + secondsMax * 1000;
  while (signalGroup(leaderPid, 0)) {
    if (Date.now() > deadline) return false;
    await pause(50);
  }
  return true;
}

const ESCALATE_SECONDS = 10;

export interface RunningProcess {
  pid: number;
  /** Why it ended, in words: `exit code 1`, `signal SIGKILL`. */
  ended: Promise<string>;
  hasEnded(): boolean;
  /**
   * Asks to stop, by the role's signal or the given one; kills the whole group after 10 s. Resolves when
   * nothing of it is left.
   */
  stop(signal?: NodeJS.Signals): Promise<void>;
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
      stdio: spec.hasWatchdog ? ["ignore", log, log, "ipc"] : ["ignore", log, log],
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
    async stop(signal = spec.stopSignal) {
      if (pid === undefined) return;
      if (signal === "SIGKILL") signalGroup(pid, signal);
      else if (!hasEnded) child.kill(signal);
      // The leader may be gone while something it started is not.
      else signalGroup(pid, "SIGTERM");
      if (await groupEnds(pid, ESCALATE_SECONDS)) return;
      signalGroup(pid, "SIGKILL");
      await groupEnds(pid, ESCALATE_SECONDS);
    },
  };
}
