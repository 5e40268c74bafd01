import type {
  QueryEvidence,
  QueryOutcome,
  Verification,
  WorkloadPattern,
} from "@/server/contracts";
import { formatMs, formatPercent, formatPlural } from "@/server/format";
import { type Comparison, compareSamples, median } from "@/server/statistics";

/** Calls on each side below which a live comparison says nothing. */
export const CALLS_MIN = 12;
/** Calls on each side from which a live query is held to the proof's own limit. */
const CALLS_SURE = 30;

/** Surely (99 %) slower by more than both, a query counts as slower. */
interface SlowerBy {
  share: number;
  ms: number;
}

/** The limit of a proof, see REGRESSION_MIN in server/proving/judge. */
const SLOWER_BY: SlowerBy = { share: 0.05, ms: 0.1 };
/** Of few calls, or right after a rebuild, live noise is larger than the shadow's. */
const PLAINLY_SLOWER_BY: SlowerBy = { share: 0.25, ms: 1 };

/** What is compared after an execution. */
export interface LiveComparison {
  before: WorkloadPattern[];
  after: WorkloadPattern[];
  /** Fingerprints that the executed changes are meant for. */
  targeted: Set<string>;
  /** What the proof expects, by fingerprint. */
  expected: Map<string, QueryEvidence>;
  /** How many times as long a query may take (above 1): measured in the proof, and accepted by a person. */
  accepted: ReadonlyMap<string, number>;
  /** The shortest watch has not passed: only what is plainly slower counts. */
  isEarly: boolean;
}

/** Compares live latencies of every shape before and after an execution. Pure. */
export function judgeQueries(input: LiveComparison): QueryOutcome[] {
  const afterByFingerprint = new Map(input.after.map((pattern) => [pattern.fingerprint, pattern]));
  const compared = input.before.map((before) => {
    const after = afterByFingerprint.get(before.fingerprint);
    const old = before.latencies_ms ?? [];
    const fresh = after?.latencies_ms ?? [];
    const hasEnough = old.length >= CALLS_MIN && fresh.length >= CALLS_MIN;
    return {
      ...{ before, after, old, fresh },
      isTargeted: input.targeted.has(before.fingerprint),
      accepted: input.accepted.get(before.fingerprint) ?? 1,
      comparison: hasEnough ? compareSamples(old, fresh, { seed: 1 }) : null,
    };
  });
  const drift = driftOf(compared);
  return compared
    .map((one): QueryOutcome => {
      const { before, after, old, fresh, comparison, isTargeted } = one;
      return {
        fingerprint: before.fingerprint,
        sql: before.sql,
        is_targeted: isTargeted,
        expected_gain: input.expected.get(before.fingerprint)?.gain ?? null,
        before: { calls: old.length, median_ms: old.length > 0 ? median(old) : before.median_ms },
        after: {
          calls: fresh.length,
          median_ms: fresh.length > 0 ? median(fresh) : (after?.median_ms ?? 0),
        },
        actual_gain: comparison?.gain ?? null,
        status: comparison === null ? "too_few_calls" : classify(comparison, one, input, drift),
      };
    })
    .sort((a, b) => Number(b.is_targeted) - Number(a.is_targeted) || a.sql.localeCompare(b.sql));
}

/** Queries that the changes are not meant for, from which the machine's drift is told. */
const CONTROLS_MIN = 3;

/**
 * How many times as long the machine takes for everything since, at least 1: the median of queries
 * that the changes are not meant for. A change that slows one of them cannot hide behind it; a machine
 * that got other work slows all of them.
 */
function driftOf(
  compared: readonly { isTargeted: boolean; accepted: number; comparison: Comparison | null }[],
): number {
  const ratios = compared.flatMap(({ isTargeted, accepted, comparison }) =>
    isTargeted || accepted > 1 || comparison === null ? [] : [1 - comparison.gain.value],
  );
  return ratios.length < CONTROLS_MIN ? 1 : Math.max(1, median(ratios));
}

function classify(
  { gain, medianBefore, medianAfter }: Comparison,
  { old, fresh, accepted }: { old: readonly number[]; fresh: readonly number[]; accepted: number },
  { isEarly }: LiveComparison,
  drift: number,
): QueryOutcome["status"] {
  const hasSure = Math.min(old.length, fresh.length) >= CALLS_SURE;
  const limit = hasSure && !isEarly ? SLOWER_BY : PLAINLY_SLOWER_BY;
  // The 99 % interval holds the 95 % one: what may be faster by that is not surely slower.
  const isSlowerBeyond = (allowed: number): boolean => {
    if (gain.high >= 0 || medianAfter / allowed - medianBefore <= limit.ms) return false;
    const surest = compareSamples(old, fresh, { seed: 1, level: 0.99 }).gain.high;
    return (1 - surest) / allowed > 1 + limit.share;
  };
  if (isSlowerBeyond(drift * accepted)) return "slower";
  if (accepted > 1 && isSlowerBeyond(drift)) return "slower_as_accepted";
  return gain.low > 0 ? "faster" : "same";
}

/** Part of the workload's time before that must have been judged before the watch may end early. */
const COVERAGE_MIN = 0.9;

/** Part of the workload's time before that slower queries must lose to be worth a rollback. */
const FELT_SHARE = 0.01;

/**
 * The verdict over all shapes. Slower ones are a regression where what they lose is felt; a seldom
 * call that lost a little is told and rolls nothing back. Confirmed needs the shortest watch, every
 * shape of which a gain is expected, called often enough, to be faster, and nearly all of the workload
 * to be judged, so that nothing that matters became slower unseen. null: keep watching.
 */
export function judgeOperation(
  queries: QueryOutcome[],
  { hasTimeLeft, isEarly }: { hasTimeLeft: boolean; isEarly: boolean },
): Exclude<Verification["state"], "watching"> | null {
  if (lostShare(queries) >= FELT_SHARE) return "regressed";
  if (hasTimeLeft && isEarly) return null;
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

/** ms of all calls before, at the median. */
const timeBeforeMs = (queries: readonly QueryOutcome[]): number =>
  queries.reduce((sum, { before }) => sum + before.calls * before.median_ms, 0);

/** What slower queries lose, as a share of the time before. */
function lostShare(queries: QueryOutcome[]): number {
  const totalMs = timeBeforeMs(queries);
  const lostMs = queries
    .filter(({ status }) => status === "slower")
    .reduce((ms, { before, after }) => ms + before.calls * (after.median_ms - before.median_ms), 0);
  return totalMs === 0 ? 0 : lostMs / totalMs;
}

/**
 * Share of the time before that belongs to shapes with enough calls since. Shapes that were called too
 * seldom before can never be judged, so nobody waits for them.
 */
function judgedShare(queries: QueryOutcome[]): number {
  const allMs = timeBeforeMs(queries.filter(({ before }) => before.calls >= CALLS_MIN));
  const judged = queries.filter(({ status }) => status !== "too_few_calls");
  return allMs === 0 ? 0 : timeBeforeMs(judged) / allMs;
}

/** What a sentence about an execution depends on beside its queries. */
interface Circumstances {
  /** False for one that speeds no query up by itself: a summary nobody reads yet, an index dropped for the inserts' sake. */
  hasExpectedGain: boolean;
  /** The product's last answer left out rows, which may have been of these queries. */
  hasLeftOut?: boolean;
}

/** One sentence with the numbers, for pages and audit. */
export function summarizeOutcome(
  state: Verification["state"],
  queries: QueryOutcome[],
  circumstances: Circumstances,
): string {
  const telling = queries.filter((query) =>
    state === "regressed" ? query.status === "slower" : isExpectedToGain(query),
  );
  const slower = state === "regressed" ? [] : queries.filter(({ status }) => status === "slower");
  const accepted = queries.filter(({ status }) => status === "slower_as_accepted");
  const hasSlower = slower.length + accepted.length > 0;
  const sentences = [describeOutcome(state, telling, circumstances, hasSlower)];
  if (slower.length > 0) {
    sentences.push(
      `Slower, but less than ${formatPercent(FELT_SHARE)} of the workload's time: ${describeMedians(slower)}.`,
    );
  }
  if (accepted.length > 0) {
    sentences.push(`Slower, as accepted with the change: ${describeMedians(accepted)}.`);
  }
  return sentences.join(" ");
}

const describeMedians = (queries: QueryOutcome[]): string =>
  queries
    .slice(0, 3)
    .map((q) => `${formatMs(q.before.median_ms)} → ${formatMs(q.after.median_ms)}`)
    .join(", ");

function describeOutcome(
  state: Verification["state"],
  telling: QueryOutcome[],
  circumstances: Circumstances,
  hasSlower: boolean,
): string {
  switch (state) {
    case "watching":
      return "Watching the live workload.";
    case "confirmed":
      return `The live workload confirms the gain (median ${describeMedians(telling)}).`;
    case "regressed":
      return `A live query became slower (median ${describeMedians(telling)}).`;
    case "inconclusive":
      if (!circumstances.hasExpectedGain) {
        const expected = "No query as the product sends it was expected to become faster";
        return hasSlower ? `${expected}.` : `${expected}, and none became slower.`;
      }
      return describeUnclear(telling, circumstances);
  }
}

/** A median stands only for queries with the calls for it: of none there is nothing to say. */
function describeUnclear(expected: QueryOutcome[], { hasLeftOut = false }: Circumstances): string {
  const judged = expected.filter(({ status }) => status !== "too_few_calls");
  if (judged.length > 0) {
    return `The live workload shows no clear gain (median ${describeMedians(judged)}).`;
  }
  if (hasLeftOut) {
    return "Not judged: rows of the product's workload break the contract and were left out (see Health).";
  }
  const calls = expected.reduce((sum, { after }) => sum + after.calls, 0);
  return calls === 0
    ? "The targeted queries were not called in the window."
    : `The targeted queries were called too seldom in the window to tell: ${formatPlural(calls, "call")}, and each needs ${CALLS_MIN}.`;
}
