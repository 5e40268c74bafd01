import { AppError } from "@/server/platform";

/** Time of one proof, in ms since it began. */
export interface ProofClock {
  elapsedMs(): number;
  /** Once two have passed, measuring alone ends here: the rest is for choosing the set. */
  measureUntilMs: number;
  endMs: number;
}

/** Part of the time kept for measuring changes together. */
const SET_SHARE = 0.3;

export function startClock(secondsMax: number): ProofClock {
  const start = performance.now();
  const endMs = secondsMax * 1000;
  return {
    elapsedMs: () => performance.now() - start,
    measureUntilMs: endMs * (1 - SET_SHARE),
    endMs,
  };
}

/** Throws AppError `timeout` once the given instant has passed. */
export function assertBefore(clock: ProofClock, untilMs: number): void {
  if (clock.elapsedMs() > untilMs) throw new AppError("timeout", "the time of this proof ended");
}
