import type { ProofClock } from "./clock";
import { firstOf } from "./order-members";
import type { SetMember } from "./set-member";
import { stepUntil, timeAlone } from "./time-together";

/** However much passes, so much of the time is for measuring candidates alone. */
const ALONE_SHARE_MIN = 0.5;

/**
 * When measuring candidates alone ends (ms since the proof began): what passed so far, in the order in
 * which a set takes it in, has to be built and measured one beside the other, which takes about as long
 * as it took alone (the first is measured already), and all of it together at the end. One alone needs
 * no time for a set: the rest may show more losers, which people want to see.
 */
export function measureUntil(clock: ProofClock, passed: SetMember[]): number {
  if (passed.length < 2) return clock.endMs;
  const first = firstOf(passed);
  const stepsMs = timeAlone(passed.filter((one) => one !== first));
  const untilMs = Math.min(clock.endMs, stepUntil(clock, passed) - stepsMs);
  return Math.max(clock.endMs * ALONE_SHARE_MIN, untilMs);
}
