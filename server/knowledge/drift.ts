import type { PatternDrift } from "@/server/contracts";

/** Recent calls are compared over a stretch of at least this length, and so is what was before. */
export const DRIFT_WINDOW_MS = 15 * 60_000;
/** Neither side is judged on fewer calls, seen or expected. */
const CALLS_MIN = 10;
/** A rate has drifted when it is surely more than this many times the earlier one, or less than its inverse. */
const RATIO = 1.5;
/** One-sided normal quantile of 99.95 %: every shape is looked at again every few seconds. */
const Z_MIN = 3.29;

/** Calls in a stretch of time (ms of the epoch) that is known completely. */
export interface CallWindow {
  calls: number;
  since: number;
  until: number;
}

/** What is known of one shape's calls; instants in ms of the epoch, all by the product's clock. */
export interface CallHistory {
  firstSeen: number;
  calls: number;
  /** The latest calls, as counted when the shape was last seen; null: never counted. */
  recent: CallWindow | null;
  /** The first call of any shape of the product. */
  observedSince: number;
  /** All calls up to here are counted: none came after `recent.until`. */
  observedUntil: number;
}

/**
 * How the latest rate of calls compares with the rate before, from the first call on.
 * `new`: first seen within the last two windows, a window or more after the first shape of all.
 * `settling`: too short a time, or too few calls, to tell.
 * Calls are taken as Poisson counts; batches that come more seldom than the window look fading in
 * between, and growing while they run.
 */
export function judgeDrift(history: CallHistory): PatternDrift {
  const { firstSeen, observedSince, observedUntil, recent } = history;
  if (observedUntil - firstSeen < 2 * DRIFT_WINDOW_MS) {
    return firstSeen - observedSince >= DRIFT_WINDOW_MS ? "new" : "settling";
  }
  if (recent === null) return "settling";
  const latest = latestWindow(recent, observedUntil);
  const before = { calls: Math.max(0, history.calls - latest.calls), ms: latest.since - firstSeen };
  if (before.ms < DRIFT_WINDOW_MS) return "settling";
  const length = latest.until - latest.since;
  const expected = (before.calls * length) / before.ms;
  if (Math.max(latest.calls, expected) < CALLS_MIN) return "settling";
  const scoreAt = (ratio: number) =>
    compareRates(latest.calls, before.calls, (length / before.ms) * ratio);
  if (latest.calls >= CALLS_MIN && scoreAt(RATIO) > Z_MIN) return "growing";
  if (expected >= CALLS_MIN && scoreAt(1 / RATIO) < -Z_MIN) return "fading";
  return "steady";
}

/** Until a whole window is silent, the counted calls and the silence together; then the silence. */
export function latestWindow(recent: CallWindow, observedUntil: number): CallWindow {
  const until = Math.max(observedUntil, recent.until);
  return until - recent.until >= DRIFT_WINDOW_MS
    ? { calls: 0, since: recent.until, until }
    : { ...recent, until };
}

/**
 * Standard normal score of the hypothesis that `calls` has the mean of `others` times `factor`:
 * square roots make the variance of Poisson counts nearly constant, zero included (M. D. Huffman,
 * "An improved approximate two-sample Poisson test", Applied Statistics 33, 1984).
 */
function compareRates(calls: number, others: number, factor: number): number {
  const difference = Math.sqrt(calls + 3 / 8) - Math.sqrt(factor * (others + 3 / 8));
  return (2 * difference) / Math.sqrt(1 + factor);
}
