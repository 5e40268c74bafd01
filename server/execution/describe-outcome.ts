import type { QueryOutcome, SummaryStaleness, VerificationState } from "@/server/contracts";
import { describeWorkload } from "@/server/decision-card";
import { formatMs, formatPlural } from "@/server/format";
import { CALLS_MIN, isExpectedToGain, type MeasuredOutcome } from "@/server/policy";

/** What a sentence about an execution depends on beside its figures. */
interface Circumstances {
  /** False for one that speeds no query up by itself: a summary nobody reads yet, an index dropped for the inserts' sake. */
  hasExpectedGain: boolean;
  /** The product's last answer left out rows, which may have been of these queries. */
  hasLeftOut?: boolean;
  staleness?: readonly SummaryStaleness[];
}

/** One or a few sentences with the numbers, for pages, messages and audit. */
export function summarizeOutcome(
  state: VerificationState,
  measured: MeasuredOutcome & { minutes: number },
  circumstances: Circumstances,
): string {
  const { queries, minutes } = measured;
  const figures = describeWorkload({ ...measured.workload, minutes });
  const accepted = queries.filter(({ status }) => status === "slower_as_accepted");
  const slower = queries.filter(({ status }) => status === "slower");
  return [
    opening(state, measured, circumstances),
    ...(figures === null ? [] : [`${figures.charAt(0).toUpperCase()}${figures.slice(1)}`]),
    ...(slower.length === 0 ? [] : [`Slower: ${listMedians(slower)}.`]),
    ...(accepted.length === 0
      ? []
      : [`Slower, as accepted with the change: ${listMedians(accepted)}.`]),
    ...(circumstances.staleness ?? []).map(describeStaleness),
  ].join(" ");
}

const medians = ({ before, after }: QueryOutcome): string =>
  `${formatMs(before.median_ms)} → ${formatMs(after.median_ms)}`;

const listMedians = (queries: readonly QueryOutcome[]): string =>
  queries.slice(0, 3).map(medians).join(", ");

function opening(
  state: VerificationState,
  measured: MeasuredOutcome,
  circumstances: Circumstances,
): string {
  switch (state) {
    case "verifying":
      return "Verifying on the live workload.";
    case "confirmed":
      return "The live workload confirms the gain.";
    case "confirmed_with_regressions":
      return "The live workload confirms the gain, with regressions of single queries.";
    case "regressed":
      return "The live workload regressed.";
    case "inconclusive":
      return describeUnclear(measured, circumstances);
  }
}

/** A median stands only for queries with the calls for it: of none there is nothing to say. */
function describeUnclear(
  { queries }: MeasuredOutcome,
  { hasExpectedGain, hasLeftOut = false }: Circumstances,
): string {
  if (!hasExpectedGain) {
    const expected = "No query as the product sends it was expected to become faster";
    const isAnySlower = queries.some(({ status }) => status.startsWith("slower"));
    return isAnySlower ? `${expected}.` : `${expected}, and none became slower.`;
  }
  const expected = queries.filter(isExpectedToGain);
  const judged = expected.filter(({ status }) => status !== "too_few_calls");
  const isAnyFaster = judged.some(({ status }) => status === "faster");
  if (judged.length > 0 && !isAnyFaster && judged.length === expected.length) {
    return `The live workload shows no clear gain (median ${listMedians(judged)}).`;
  }
  if (hasLeftOut) {
    return "Not judged: rows of the product's workload break the contract and were left out (see Health).";
  }
  const calls = expected.reduce((sum, { after }) => sum + after.calls, 0);
  return calls === 0
    ? "Not enough calls to tell: the targeted queries were not called in the window."
    : `Not enough calls to tell: ${formatPlural(judged.length, "targeted query", "targeted queries")} of ${expected.length} had the ${CALLS_MIN} calls that a comparison needs (${formatPlural(calls, "call")} in all).`;
}

/** How old a summary table is, in groups that differ: it is as its last refresh left it, never simply equal. */
function describeStaleness({ summary, table, groups, stale_groups }: SummaryStaleness): string {
  if (stale_groups === null) {
    return `Whether summary table ${summary} still agrees with ${table} could not be measured.`;
  }
  if (stale_groups === 0) {
    return `Summary table ${summary} agreed with ${table} when it was compared; it is as old as its last refresh.`;
  }
  return `Summary table ${summary} is stale: ${formatPlural(stale_groups, "group")} of ${groups} differ from ${table} as it is now. Its product has to refresh it.`;
}
