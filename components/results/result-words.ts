import type { ExecutionResult, LearnedThreshold, ResultState, Results } from "@/server/contracts";
import { formatMs, formatPercent, formatPlural } from "@/server/format";

export const RESULT_DAYS = 90;

/** Time saved, told per day; it is a rate, not a sum of days. */
export function describeSaved(ms: number | null): string {
  return ms === null ? "Not measured" : `${formatMs(ms)} a day`;
}

/** `3 of 4`, or that there is none yet. */
export function describePromises({ kept, of }: Results["promises"]): string {
  return of === 0 ? "None measured yet" : `${kept} of ${of}`;
}

export function describeApprovals({ approved, rejected }: Results["decisions"]): string {
  const all = approved + rejected;
  if (all === 0) return "None yet";
  return `${formatPercent(approved / all)} of ${all}`;
}

export const RESULT_STATES: Record<ResultState, string> = {
  verifying: "verifying",
  confirmed: "confirmed",
  confirmed_with_regressions: "confirmed with regressions",
  regressed: "regressed",
  inconclusive: "inconclusive",
  rolled_back: "rolled back",
};

/** What the advice took, beside what it delivered. */
export function describeCost({ tested, test_seconds, cpu_seconds }: Results["cost"]): string {
  if (tested === 0) return "Cost of advice: no test run was measured yet.";
  const took = `${formatMs(test_seconds * 1000)} on shadow copies`;
  const machine = `${formatMs(cpu_seconds * 1000)} of processor time`;
  return `Cost of advice: the test runs of ${formatPlural(tested, "suggestion")} took ${took}, ${machine}.`;
}

/** `2 of 3 executions regressed or were rolled back` */
export function describeOutcomes(outcomes: LearnedThreshold["outcomes"]): string {
  const bad = outcomes.filter(({ is_bad }) => is_bad).length;
  return `${bad} of ${formatPlural(outcomes.length, "execution")} regressed or were rolled back`;
}

/** How a promise and what came of it compare. */
export function comparePromise({ promised, delivered }: ExecutionResult): string {
  if (promised === null || delivered === null) return "not measured";
  if (delivered < promised.low) return "less than promised";
  return delivered > promised.high ? "more than promised" : "as promised";
}

/** What the rate rests on. */
export function describeWatch({ watched_seconds: seconds }: ExecutionResult): string {
  return `watched for ${formatMs(seconds * 1000)}`;
}

/** Of all states; not all of them are listed one by one. */
export function countExecutions({ states }: Results): number {
  return Object.values(states).reduce((total, count) => total + count, 0);
}

export function describeExecutions(results: Results): string {
  const { states } = results;
  const all = countExecutions(results);
  const parts = (Object.keys(RESULT_STATES) as ResultState[])
    .filter((state) => (states[state] ?? 0) > 0)
    .map((state) => `${states[state]} ${RESULT_STATES[state]}`);
  return all === 0
    ? "Nothing executed yet"
    : `${formatPlural(all, "execution")}: ${parts.join(", ")}`;
}
