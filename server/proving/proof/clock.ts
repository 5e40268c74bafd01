/** Time of one proof, in ms since it began. */
export interface ProofClock {
  elapsedMs(): number;
  /** No step begins later. */
  endMs: number;
  /** What began in time ends by then, the last measurement of all chosen changes included. */
  deadlineMs: number;
  /** Until here what is suggested is looked at more closely. */
  lookEndMs: number;
}

/** The rest is for what began before, and for the last measurement. */
const PLANNED_SHARE = 0.85;
/** The rest of the budget is for clearing up. */
const DEADLINE_SHARE = 0.97;

export function startClock(secondsMax: number): ProofClock {
  const start = performance.now();
  const budgetMs = secondsMax * 1000;
  const endMs = budgetMs * PLANNED_SHARE;
  return {
    elapsedMs: () => performance.now() - start,
    endMs,
    deadlineMs: budgetMs * DEADLINE_SHARE,
    lookEndMs: endMs,
  };
}

/** Part of the planned time that a proof on samples keeps for telling what full size gains. */
const LOOK_SHARE = 0.2;

/** Keeps time back for the closer look: a gain on a sample is not yet one on the whole table. */
export function reserveLook(clock: ProofClock): ProofClock {
  const kept = 1 - LOOK_SHARE;
  return { ...clock, endMs: clock.endMs * kept, deadlineMs: clock.deadlineMs * kept };
}
