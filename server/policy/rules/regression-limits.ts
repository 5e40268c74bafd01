import type { QueryOutcome, RegressionPolicy, WorkloadOutcome } from "@/server/contracts";

/** Calls on each side below which a live comparison says nothing. */
export const CALLS_MIN = 12;
/** Right after a rebuild, or of few calls, live noise is larger: only what is plainly slower counts. */
const PLAINLY = { share: 0.25, ms: 1 };

/** Slower by more than the policy's limits for one call; early, or of few calls, by more than plainly. */
export function exceedsLimits(
  { lost, before, after }: Pick<QueryOutcome, "lost" | "before" | "after">,
  { policy, isEarly }: { policy: RegressionPolicy; isEarly: boolean },
): boolean {
  if (lost == null || lost.share === 0) return false;
  const { calls_min, lost_ms_min, lost_share_min } = policy.query;
  const isPlain = isEarly || Math.min(before.calls, after.calls) < calls_min;
  const least = isPlain ? PLAINLY : { share: 0, ms: 0 };
  return (
    lost.ms > Math.max(lost_ms_min, least.ms) && lost.share > Math.max(lost_share_min, least.share)
  );
}

/** Called often enough, and of enough weight, for the policy. */
export function countsAsRegression(
  { before, after, share = 0 }: Pick<QueryOutcome, "before" | "after" | "share">,
  { query }: RegressionPolicy,
): boolean {
  return Math.min(before.calls, after.calls) >= query.calls_min && share >= query.share_min;
}

/** A change may target several shapes; a gain is expected only where its interval says so. */
export function isExpectedToGain({ is_targeted, expected_gain }: QueryOutcome): boolean {
  return is_targeted && (expected_gain === null || expected_gain.low > 0);
}

/** What a comparison of the live workload came to. */
export interface Measured {
  queries: QueryOutcome[];
  workload: Omit<WorkloadOutcome, "minutes">;
}

/** What a verdict rests on beside the figures of the queries. */
export interface MeasuredOutcome extends Measured {
  /** The longest window has not ended. */
  hasTimeLeft: boolean;
  /** The shortest one has not. */
  isEarly: boolean;
}
