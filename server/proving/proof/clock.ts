/** Time of one proof, in ms since it began. */
export interface ProofClock {
  elapsedMs(): number;
  /** No step begins later. */
  endMs: number;
  /** Until here what is suggested is looked at more closely. */
  lookEndMs: number;
}

/** The last measurement is finished even when it is late: plans end a little before the budget. */
const PLANNED_SHARE = 0.85;

export function startClock(secondsMax: number): ProofClock {
  const start = performance.now();
  const endMs = secondsMax * 1000 * PLANNED_SHARE;
  return { elapsedMs: () => performance.now() - start, endMs, lookEndMs: endMs };
}

/** Part of the planned time that a proof on samples keeps for telling what full size gains. */
const LOOK_SHARE = 0.2;

/** Keeps time back for the closer look: a gain on a sample is not yet one on the whole table. */
export function reserveLook(clock: ProofClock): ProofClock {
  return { ...clock, endMs: clock.endMs * (1 - LOOK_SHARE) };
}
