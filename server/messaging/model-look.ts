/** Looks of the model that are asked for in a second, by one process: the rest is left to the rules. */
export const LOOKS_PER_SECOND = 20;
/** More than the longest wait for the model's answer; a message is handled after it, answered or not. */
const MARGIN_MS = 500;
const WAIT_MS_MAX = 5000;

/** Counts what was asked for in the present second. */
export class Turns {
  private second = 0;
  private taken = 0;

  constructor(private readonly perSecond: number) {}

  /** False: there have been enough in this second. */
  take(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.second) Object.assign(this, { second, taken: 0 });
    this.taken += 1;
    return this.taken <= this.perSecond;
  }
}

/** Of this process. */
export const modelTurns = new Turns(LOOKS_PER_SECOND);

/**
 * When the model is asked about a message that is being stored (null: it is not), and before when that
 * message is not handled: by then it was looked at, or the rules' look stands. Half its life at most.
 */
export function planLook(given: {
  isWanted: boolean;
  now: Date;
  expiresAt: Date;
  deadlineMs: number;
}): { modelDueAt: Date | null; nextAt: Date } {
  const { isWanted, now, expiresAt, deadlineMs } = given;
  if (!isWanted) return { modelDueAt: null, nextAt: now };
  const lifeMs = expiresAt.getTime() - now.getTime();
  const waitMs = Math.max(0, Math.min(deadlineMs + MARGIN_MS, WAIT_MS_MAX, lifeMs / 2));
  return { modelDueAt: now, nextAt: new Date(now.getTime() + waitMs) };
}
