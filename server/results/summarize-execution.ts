import type { ExecutionResult, QueryOutcome, Verification } from "@/server/contracts";

const DAY_S = 86_400;

type Measured = Pick<
  ExecutionResult,
  "promised" | "delivered" | "saved_ms_per_day" | "watched_seconds"
>;

/**
 * What an execution promised and delivered over all watched queries with enough calls, weighted by their
 * calls afterwards × their latency before. Promised and delivered are of the same queries and weights, so that
 * they can be compared; a bound of the promise takes each query at that bound, which is wider than 95 %.
 */
export function summarizeExecution(verification: Verification, now: Date): Measured {
  const watched = verification.queries.filter(({ actual_gain: gain }) => gain !== null);
  const started = Date.parse(verification.window_started_at);
  const ended =
    verification.window_ended_at === null
      ? now.getTime()
      : Date.parse(verification.window_ended_at);
  const seconds = Math.max(0, (ended - started) / 1000);
  const savedMs = sum(watched, (query) => timeBefore(query) - timeAfter(query));
  const { workload } = verification;
  return {
    // As the suggestion's page shows it; of releases that did not keep it, worked out here.
    promised: workload === undefined ? promiseOf(watched) : workload.expected,
    delivered:
      workload === undefined
        ? (shareSaved(watched.filter(hasPromise)) ?? shareSaved(watched))
        : (workload.actual?.value ?? null),
    saved_ms_per_day: watched.length === 0 || seconds === 0 ? null : (savedMs / seconds) * DAY_S,
    watched_seconds: seconds,
  };
}

const hasPromise = ({ expected_gain: expected }: QueryOutcome) => expected !== null;
const timeBefore = ({ before, after }: QueryOutcome) => before.median_ms * after.calls;
const timeAfter = ({ after }: QueryOutcome) => after.median_ms * after.calls;

function sum(queries: readonly QueryOutcome[], value: (query: QueryOutcome) => number): number {
  return queries.reduce((total, query) => total + value(query), 0);
}

function shareSaved(queries: readonly QueryOutcome[]): number | null {
  const before = sum(queries, timeBefore);
  return before === 0 ? null : 1 - sum(queries, timeAfter) / before;
}

function promiseOf(watched: readonly QueryOutcome[]): Measured["promised"] {
  const promised = watched.filter(hasPromise);
  const before = sum(promised, timeBefore);
  if (before === 0) return null;
  const at = (bound: "value" | "low" | "high") =>
    sum(promised, (query) => timeBefore(query) * (query.expected_gain?.[bound] ?? 0)) / before;
  return { value: at("value"), low: at("low"), high: at("high") };
}
