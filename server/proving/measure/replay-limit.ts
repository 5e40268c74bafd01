/** So many queries are replayed whatever they cost; further ones while a change can be measured on all. */
const REPLAYS_MIN = 50;
/** Part of a proof's planned time that one change may take with its least pairs. */
const CHANGE_SHARE_MAX = 0.15;
/** How often a query then runs: five pairs, and its results on both sides. */
const RUNS_EACH = 16;
/** What a query takes beside its runs, ms: its intervals, and asking for it at all. */
const BESIDE_MS = 3;

export interface ReplayLimit {
  isReached(): boolean;
  /** One more query is replayed: how long it takes, and how long it took to prepare. */
  add(baselineMs: number, preparedMs: number): void;
}

/**
 * How many queries a proof replays: with thousands of them, one change would take all of its time and
 * none would be measured. Those that weigh most come first. Of a query, a change takes about as long as
 * preparing it, or more: its values are drawn once, but it is run on both sides.
 */
export function createReplayLimit(plannedMs: number): ReplayLimit {
  let count = 0;
  let changeMs = 0;
  return {
    isReached: () => count >= REPLAYS_MIN && changeMs > CHANGE_SHARE_MAX * plannedMs,
    add(baselineMs, preparedMs) {
      count += 1;
      changeMs += Math.max(RUNS_EACH * baselineMs + BESIDE_MS, preparedMs);
    },
  };
}
