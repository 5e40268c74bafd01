import {
  type Left,
  leftAfter,
  type MeasuredQueries,
  type TimedReplay,
  timeLeft,
} from "./left-time";

/** What was measured of a change alone. */
interface MeasuredAlone {
  evidence: { queries: MeasuredQueries };
}

/**
 * Estimate, ms: the whole workload's time under these changes together, as if each left of every
 * query's time what it leaves alone. An index takes most of what an order saves beside it, and this
 * sees it. It only says what is worth measuring; it decides no suggestion.
 */
export function expectedTime(
  replays: readonly TimedReplay[],
  members: readonly MeasuredAlone[],
): number {
  const all = members.reduce<Left>(
    (left, { evidence }) => leftAfter(left, evidence.queries),
    new Map(),
  );
  return timeLeft(replays, all);
}

/** Estimate, share of the time that some changes leave (1 at most): what others in their place would save. */
export function expectedGain(
  replays: readonly TimedReplay[],
  { from, to }: { from: readonly MeasuredAlone[]; to: readonly MeasuredAlone[] },
): number {
  const before = expectedTime(replays, from);
  return before > 0 ? 1 - expectedTime(replays, to) / before : 0;
}

/**
 * Estimate, share of the time that a set leaves (0..1): what a change would save beside the set if
 * it kept all its gains and lost nothing.
 */
export function bestCase(
  replays: readonly TimedReplay[],
  left: Left,
  { evidence }: MeasuredAlone,
): number {
  const total = timeLeft(replays, left);
  const without = leftAfter(left, evidence.queries, ({ low }) => Math.max(0, low));
  return total > 0 ? 1 - timeLeft(replays, without) / total : 0;
}
