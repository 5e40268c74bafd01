import type {
  Interval,
  QueryEvidence,
  QueryOutcome,
  Verification,
  WorkloadPattern,
} from "@/server/contracts";
import { formatMs } from "@/server/format";
import { compareSamples } from "@/server/statistics";

/** Calls on each side below which a live comparison says nothing. */
export const CALLS_MIN = 12;
/** A live query counts as slower only past both: live noise is larger than the shadow's. */
const SLOWER_BY = 0.25;
const SLOWER_BY_MS = 1;

/** Compares live latencies of every shape before and after an execution. Pure. */
export function judgeQueries(input: {
  before: WorkloadPattern[];
  after: WorkloadPattern[];
  targeted: Set<string>;
  expected: Map<string, QueryEvidence>;
}): QueryOutcome[] {
  const afterByFingerprint = new Map(input.after.map((pattern) => [pattern.fingerprint, pattern]));
  return input.before
    .map((before) =>
      judgeQuery(
        before,
        afterByFingerprint.get(before.fingerprint),
        input.targeted.has(before.fingerprint),
        input.expected.get(before.fingerprint)?.gain ?? null,
      ),
    )
    .sort((a, b) => Number(b.is_targeted) - Number(a.is_targeted) || a.sql.localeCompare(b.sql));
}

function judgeQuery(
  before: WorkloadPattern,
  after: WorkloadPattern | undefined,
  isTargeted: boolean,
  expectedGain: Interval | null,
): QueryOutcome {
  const old = before.latencies_ms ?? [];
  const fresh = after?.latencies_ms ?? [];
  const outcome = {
    fingerprint: before.fingerprint,
    sql: before.sql,
    is_targeted: isTargeted,
    expected_gain: expectedGain,
  };
  const compared = old.length > 0 && fresh.length > 0 ? compareSamples(old, fresh, 1) : null;
  const enough = compared !== null && old.length >= CALLS_MIN && fresh.length >= CALLS_MIN;
  return {
    ...outcome,
    before: { calls: old.length, median_ms: compared?.medianBefore ?? before.median_ms },
    after: { calls: fresh.length, median_ms: compared?.medianAfter ?? after?.median_ms ?? 0 },
    actual_gain: enough ? compared.gain : null,
    status: enough ? classify(compared) : "too_few_calls",
  };
}

function classify(compared: ReturnType<typeof compareSamples>): QueryOutcome["status"] {
  const { gain, medianBefore, medianAfter } = compared;
  if (gain.high < -SLOWER_BY && medianAfter - medianBefore > SLOWER_BY_MS) return "slower";
  return gain.low > 0 ? "faster" : "same";
}

/** Part of the workload's time before that must have been judged before the watch may end early. */
const COVERAGE_MIN = 0.9;

/**
 * The verdict over all shapes: any slower one is a regression; confirmed needs every shape
 * of which a gain is expected, called often enough, to be faster, and nearly all of the workload to be judged,
 * so that nothing that matters became slower unseen. null: keep watching.
 */
export function judgeOperation(
  queries: QueryOutcome[],
  hasTimeLeft: boolean,
): Exclude<Verification["state"], "watching"> | null {
  if (queries.some((query) => query.status === "slower")) return "regressed";
  if (hasTimeLeft && judgedShare(queries) < COVERAGE_MIN) return null;
  const expected = queries.filter(isExpectedToGain);
  if (hasTimeLeft && expected.some((query) => query.status !== "faster")) return null;
  const judged = expected.filter((query) => query.status !== "too_few_calls");
  return judged.some((query) => query.status === "faster") ? "confirmed" : "inconclusive";
}

/** A change may target several shapes; a gain is expected only where its interval says so. */
function isExpectedToGain({ is_targeted, expected_gain }: QueryOutcome): boolean {
  return is_targeted && (expected_gain === null || expected_gain.low > 0);
}

/**
 * Share of the time before (calls × median) that belongs to shapes with enough calls since. Shapes
 * that were called too seldom before can never be judged, so nobody waits for them.
 */
function judgedShare(queries: QueryOutcome[]): number {
  const timeOf = (some: QueryOutcome[]) =>
    some.reduce((sum, { before }) => sum + before.calls * before.median_ms, 0);
  const all = timeOf(queries.filter(({ before }) => before.calls >= CALLS_MIN));
  return all === 0 ? 0 : timeOf(queries.filter((q) => q.status !== "too_few_calls")) / all;
}

/**
 * One sentence with the numbers, for pages and audit. `hasExpectedGain` is false for an execution that
 * speeds no query up by itself: a summary nobody reads yet, an index dropped for the inserts' sake.
 */
export function summarizeOutcome(
  state: Verification["state"],
  queries: QueryOutcome[],
  hasExpectedGain: boolean,
): string {
  const telling = queries.filter((query) =>
    state === "regressed" ? query.status === "slower" : isExpectedToGain(query),
  );
  const numbers = telling
    .slice(0, 3)
    .map((q) => `${formatMs(q.before.median_ms)} → ${formatMs(q.after.median_ms)}`)
    .join(", ");
  switch (state) {
    case "watching":
      return "Watching the live workload.";
    case "confirmed":
      return `The live workload confirms the gain (median ${numbers}).`;
    case "regressed":
      return `A live query became slower (median ${numbers}).`;
    case "inconclusive":
      if (!hasExpectedGain) {
        return "No query as the product sends it was promised a gain, and none became slower.";
      }
      return numbers === ""
        ? "The targeted queries were not called in the window."
        : `The live workload shows no clear gain (median ${numbers}).`;
  }
}
