import { isProving, type SuggestionSummary } from "@/server/contracts";
import { formatPercent, formatPlural } from "@/server/format";

/** A failure without one change: the proof failed, nothing was executed. */
export function isFailedProof({ state, item_count }: SuggestionSummary): boolean {
  return state === "failed" && item_count === 0;
}

/** Its proof ended without a result. */
export function hasNoResult(summary: SuggestionSummary): boolean {
  return summary.state === "cancelled" || isFailedProof(summary);
}

/** What the badge of the state says where the state alone says too little. */
export function labelRow(summary: SuggestionSummary): string | undefined {
  if (isFailedProof(summary)) return "Test failed";
  return summary.is_requested && summary.state === "no_gain" ? "Does not fit" : undefined;
}

/** How many changes are suggested, and how many were not; or that somebody asked for them. */
export function describeCounts(summary: SuggestionSummary): string {
  const { state, item_count, alternative_count } = summary;
  if (summary.is_requested) return "requested";
  if (item_count === 0 && alternative_count === 0) {
    return isProving(state) ? "nothing tested yet" : "no changes";
  }
  const changes = formatPlural(item_count, "change");
  if (alternative_count === 0) return changes;
  return `${changes}, ${formatPlural(alternative_count, "alternative")} not chosen`;
}

/** What stands in the place of a measured gain where there is none. */
export function describeUnmeasured(summary: SuggestionSummary): string {
  if (isFailedProof(summary)) return "Test run failed";
  if (summary.state === "cancelled") return "Test run cancelled";
  if (summary.is_requested) return describeRequested(summary);
  if (summary.basis === "measured") return "No tested change helped";
  return summary.item_count === 0
    ? "Nothing to suggest, not measured"
    : `Confidence ${formatPercent(summary.confidence)}, not measured`;
}

/** Of a change that was asked for. */
function describeRequested({ state }: SuggestionSummary): string {
  if (isProving(state)) return "Being tested";
  return state === "no_gain" ? "Does not fit" : "No gain measured";
}
