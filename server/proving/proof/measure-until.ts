import type { ProofClock } from "./clock";
import type { SetMember } from "./set-member";

/** However much passes, so much of the time is for measuring candidates alone. */
const ALONE_SHARE_MIN = 0.5;

/**
 * When measuring candidates alone ends (ms since the proof began): what passed so far has to be
 * built and measured together, which takes about as long as it took alone, and all of it once more
 * at the end. One alone needs no time for a set: the rest may show more losers, which people want
 * to see.
 */
export function measureUntil(clock: ProofClock, passed: SetMember[]): number {
  const costs = passed
    .map(({ evidence }) => evidence.duration_ms + evidence.build_ms)
    .sort((a, b) => b - a);
  if (costs.length < 2) return clock.endMs;
  const steps = costs.reduce((sum, cost) => sum + cost, 0);
  const longest = Math.max(...passed.map(({ evidence }) => evidence.duration_ms));
  // The first member of the set is built and measured already: the cheapest saved, to be careful.
  const reserve = steps - (costs.at(-1) ?? 0) + longest;
  return Math.max(clock.endMs * ALONE_SHARE_MIN, clock.endMs - reserve);
}
