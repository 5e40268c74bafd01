import { AppError } from "@/server/platform";

/** Time of one proof, in ms since it began. */
export interface ProofClock {
  elapsedMs(): number;
  /** No step begins later. */
  endMs: number;
}

/** The last measurement is finished even when it is late: plans end a little before the budget. */
const PLANNED_SHARE = 0.85;

export function startClock(secondsMax: number): ProofClock {
  const start = performance.now();
  return {
    elapsedMs: () => performance.now() - start,
    endMs: secondsMax * 1000 * PLANNED_SHARE,
  };
}

/** Throws AppError `timeout` once the given instant has passed. */
export function assertBefore(clock: ProofClock, untilMs: number): void {
  if (clock.elapsedMs() > untilMs) throw new AppError("timeout", "the time of this proof ended");
}
