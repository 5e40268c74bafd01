import type { QueryEvidence } from "@/server/contracts";
import type { Replay } from "../replay";

/** What was measured of a change alone. */
interface MeasuredAlone {
  evidence: { queries: readonly Pick<QueryEvidence, "fingerprint" | "gain">[] };
}

/** One query of the workload: calls and ms a call. */
export type TimedReplay = Pick<Replay, "baselineMs"> & {
  query: { pattern: { fingerprint: string; calls: number } };
};

/**
 * Estimate, ms: the whole workload's time under these changes together, as if each left of every
 * query's time what it leaves alone. An index takes most of what an order saves beside it, and this
 * sees it. It only says what is worth measuring; it decides no suggestion.
 */
export function expectedTime(
  replays: readonly TimedReplay[],
  members: readonly MeasuredAlone[],
): number {
  const left = new Map<string, number>();
  for (const { evidence } of members) {
    for (const { fingerprint, gain } of evidence.queries) {
      left.set(fingerprint, (left.get(fingerprint) ?? 1) * (1 - gain.value));
    }
  }
  return replays.reduce((sum, { baselineMs, query: { pattern } }) => {
    return sum + pattern.calls * baselineMs * (left.get(pattern.fingerprint) ?? 1);
  }, 0);
}

/**
 * Estimate, share of the time that a set leaves (0..1): what a change would save beside the set if
 * it kept all its gains and lost nothing.
 */
export function bestCase(
  replays: readonly TimedReplay[],
  left: ReadonlyMap<string, number>,
  { evidence }: MeasuredAlone,
): number {
  const saved = new Map(
    evidence.queries.map(({ fingerprint, gain }) => [fingerprint, Math.max(0, gain.low)]),
  );
  let [total, without] = [0, 0];
  for (const { baselineMs, query } of replays) {
    const { calls, fingerprint } = query.pattern;
    const ms = calls * baselineMs * (left.get(fingerprint) ?? 1);
    total += ms;
    without += ms * (1 - (saved.get(fingerprint) ?? 0));
  }
  return total > 0 ? 1 - without / total : 0;
}
