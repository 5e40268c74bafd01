import { setTimeout as pause } from "node:timers/promises";
import { AppError } from "@/server/platform";
import type { ChildSpec } from "./child-process";
import { type RunningProcess, startProcess } from "./child-process";
import { adviceFor, printError, report } from "./console";
import type { DataDirLock } from "./lock";
import { identify } from "./lock";
import { lastLines, logFileOf, rotateLog } from "./logs";
import { becomesReady } from "./readiness";

const WINDOW_MS = 60_000;
const CRASHES_MAX = 5;
const DELAY_MS_MAX = 15_000;

/**
 * What to do after a crash at `nowMs`, given when this child crashed before: how long to wait
 * (1, 2, 4 … s by the crashes of the last minute), or give up at the fifth within a minute.
 */
export function afterCrash(
  earlierMs: readonly number[],
  nowMs: number,
): { action: "restart"; delayMs: number } | { action: "give-up"; crashes: number } {
  const recent = earlierMs.filter((at) => nowMs - at < WINDOW_MS).length + 1;
  if (recent >= CRASHES_MAX) return { action: "give-up", crashes: recent };
  return { action: "restart", delayMs: Math.min(DELAY_MS_MAX, 1000 * 2 ** (recent - 1)) };
}

/** Keeps one role alive: starts it, restarts it after a crash, gives up when that is useless. */
export class SupervisedChild {
  readonly spec: ChildSpec;
  readonly #logFile: string;
  readonly #lock: DataDirLock;
  readonly #onGiveUp: (message: string) => void;
  readonly #stopping = new AbortController();
  #running: RunningProcess | undefined;
  #crashesMs: number[] = [];

  constructor(input: {
    spec: ChildSpec;
    dataDir: string;
    lock: DataDirLock;
    onGiveUp: (message: string) => void;
  }) {
    this.spec = input.spec;
    this.#logFile = logFileOf(input.dataDir, input.spec.role);
    this.#lock = input.lock;
    this.#onGiveUp = input.onGiveUp;
  }

  /** Resolves when the role is ready. A role that never was is a failure, not a crash loop. */
  async start(): Promise<void> {
    rotateLog(this.#logFile);
    const running = this.#launch();
    const isReady = await becomesReady(this.spec, running).catch((cause: unknown) => {
      throw this.#failure(cause instanceof Error ? cause.message : String(cause));
    });
    if (this.#stopping.signal.aborted) return;
    if (!isReady) throw this.#failure(`${this.spec.label} ended at once (${await running.ended}).`);
    void this.#watch(running);
  }

  async stop(signal?: NodeJS.Signals): Promise<void> {
    this.#stopping.abort();
    await this.#running?.stop(signal);
    this.#lock.registerChild(this.spec.role, null);
  }

  #launch(): RunningProcess {
    const running = startProcess(this.spec, this.#logFile);
    this.#running = running;
    this.#lock.registerChild(this.spec.role, running.pid > 0 ? identify(running.pid) : null);
    return running;
  }

  #failure(what: string): AppError {
    const log = lastLines(this.#logFile, 12);
    const advice = adviceFor(`${what}\n${log}`);
    const lines = [what, log && `Last lines of ${this.#logFile}:\n${log}`, advice];
    return new AppError("internal", lines.filter((line) => line !== "").join("\n"));
  }

  /** Runs until the role is stopped on purpose or given up. */
  async #watch(first: RunningProcess): Promise<void> {
    let running = first;
    for (;;) {
      const reason = await running.ended;
      if (this.#stopping.signal.aborted) return;
      await running.stop();
      const now = Date.now();
      const next = afterCrash(this.#crashesMs, now);
      this.#crashesMs.push(now);
      if (next.action === "give-up") {
        const what = `${this.spec.label} died ${next.crashes} times within a minute (${reason}).`;
        return this.#onGiveUp(this.#failure(what).message);
      }
      const seconds = next.delayMs / 1000;
      report(`${this.spec.label} died (${reason}); restarting in ${seconds} s`);
      const advice = adviceFor(`${reason}\n${lastLines(this.#logFile, 5)}`);
      if (advice !== "") printError(advice);
      await pause(next.delayMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
      if (this.#stopping.signal.aborted) return;
      running = this.#launch();
      void this.#reportReady(running);
    }
  }

  async #reportReady(running: RunningProcess): Promise<void> {
    try {
      if (await becomesReady(this.spec, running)) report(`${this.spec.label} is back`);
    } catch (error) {
      // Up but not answering: end it, and the watch treats that as one more crash.
      printError(error instanceof Error ? error.message : String(error));
      await running.stop();
    }
  }
}
