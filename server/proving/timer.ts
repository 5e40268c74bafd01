import { setTimeout as wait } from "node:timers/promises";

/** Time as a proof reads it; tests make it pass as they need. */
export interface ProofClock {
  /** ms, never going back; where it begins means nothing. */
  nowMs(): number;
  /** Resolves after `ms`, at once when the signal is aborted; throws nothing. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const MONOTONIC_CLOCK: ProofClock = {
  nowMs: () => performance.now(),
  wait: (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
};

/** Time of a proof: ms since it was started, pauses excluded. */
export interface ProofTimer {
  elapsedMs(): number;
}

export interface PausableTimer extends ProofTimer {
  pause(): void;
  /** Ends the pause; answers how long it was, ms. */
  resume(): number;
}

export function startTimer(clock: ProofClock): PausableTimer {
  const start = clock.nowMs();
  let pausedMs = 0;
  let pausedSince: number | null = null;
  const inPause = () => (pausedSince === null ? 0 : clock.nowMs() - pausedSince);
  return {
    elapsedMs: () => clock.nowMs() - start - pausedMs - inPause(),
    pause: () => {
      pausedSince ??= clock.nowMs();
    },
    resume: () => {
      const lastMs = inPause();
      pausedMs += lastMs;
      pausedSince = null;
      return lastMs;
    },
  };
}
