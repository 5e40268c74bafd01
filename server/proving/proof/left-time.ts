import type { QueryEvidence } from "@/server/contracts";
import { excludesZero } from "@/server/statistics";
import type { Replay } from "../replay";

/** What queries take of their unchanged time, by fingerprint (0.3: 70 % saved); missing: all of it. */
export type Left = ReadonlyMap<string, number>;

/** One query of the workload: calls and ms a call. */
export type TimedReplay = Pick<Replay, "baselineMs"> & {
  query: { pattern: { fingerprint: string; calls: number } };
};

/** What was measured of a step, query by query. */
export type MeasuredQueries = readonly Pick<QueryEvidence, "fingerprint" | "gain">[];

/**
 * What is left after one more step; `gainOf` says which gain of each query counts: the value where its
 * interval excludes zero, unless given. Noise of several steps would pass for a loss in the end.
 */
export function leftAfter(left: Left, step: MeasuredQueries, gainOf = shownGain): Left {
  const after = new Map(left);
  for (const { fingerprint, gain } of step) {
    after.set(fingerprint, (left.get(fingerprint) ?? 1) * (1 - gainOf(gain)));
  }
  return after;
}

/** The gain of a query that counts further on: nothing where the interval includes zero. */
export const shownGain = (gain: QueryEvidence["gain"]): number =>
  excludesZero(gain) ? gain.value : 0;

/** ms a call of the query takes where so much is left. */
export function timeOfCall({ baselineMs, query }: TimedReplay, left: Left): number {
  return baselineMs * (left.get(query.pattern.fingerprint) ?? 1);
}

/** Time of all calls of these queries, ms, of which so much is left. */
export function timeLeft(replays: readonly TimedReplay[], left: Left): number {
  return replays.reduce((sum, replay) => {
    return sum + replay.query.pattern.calls * timeOfCall(replay, left);
  }, 0);
}
