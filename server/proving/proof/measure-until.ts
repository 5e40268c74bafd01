import type { ProofClock } from "./clock";
import type { SetMember } from "./set-member";
import { stepUntil, timeAlone } from "./time-together";

/** However much passes, so much of the time is for measuring candidates alone. */
const ALONE_SHARE_MIN = 0.5;

/**
 * When measuring candidates alone ends (ms since the proof began): what passed so far has to be
 * built and measured one beside the other, which takes about as long as it took alone, and all of it
 * together at the end. One alone needs no time for a set: the rest may show more losers, which people want
 * to see.
 */
export function measureUntil(clock: ProofClock, passed: SetMember[]): number {
  if (passed.length < 2) return clock.endMs;
  // The first member of the set is built and measured already: the cheapest saved, to be careful.
  const steps = timeAlone(passed) - Math.min(...passed.map((one) => timeAlone([one])));
  const untilMs = Math.min(clock.endMs, stepUntil(clock, passed) - steps);
  return Math.max(clock.endMs * ALONE_SHARE_MIN, untilMs);
}
