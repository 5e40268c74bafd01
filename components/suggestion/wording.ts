import {
  type Interval,
  isAdvice,
  isWhole,
  type Operation,
  type ProofProgress,
  type RequestedChanges,
  type Suggestion,
  type SuggestionItem,
} from "@/server/contracts";
import { titleOfSuggestion } from "@/server/decision-card";
import { formatCount, formatInterval, formatPercent, formatPlural } from "@/server/format";

/** The title in a browser's tab, which shows no code; with the id where several are called so. */
export function titleOfTab(suggestion: Suggestion): string {
  const title = titleOfSuggestion(suggestion).replaceAll("`", "");
  return suggestion.suggestions.length > 0 ? title : `${title}: ${suggestion.suggestion_id}`;
}

/** What a change is expected to save and to cost: with its interval, of what, and how it is known. */
export function describeImpact(impact: SuggestionItem["estimated_impact"]): string {
  if (impact.note !== null) return impact.note;
  const { query_speedup: gain, query_speedup_interval: interval, storage_overhead } = impact;
  const how = impact.basis === "measured" ? "measured" : "estimated, not measured";
  const where = impact.of === "workload" ? describeWorkload(impact.coverage) : "in its queries";
  const saved = interval === null ? gain : `${gain} ${interval}`;
  return `${how}: ${saved} less time ${where}, ${storage_overhead} storage`;
}

function describeWorkload(coverage: number | null): string {
  return isWhole(coverage ?? 1)
    ? "in the whole workload"
    : `of the ${formatPercent(coverage ?? 1)} of the workload's time that was replayed`;
}

/** What a reviewer has to acknowledge before the chosen changes are approved; null: nothing. */
export function describeCoverage(
  { coverage, suggestions }: Pick<Suggestion, "coverage" | "suggestions">,
  chosenIds: readonly string[],
): string | null {
  const chosen = suggestions.filter((item) => chosenIds.includes(item.item_id));
  if (!coverage?.is_too_low || chosen.every((item) => isAdvice(item.change))) return null;
  return `I know that the test replayed only ${formatPercent(coverage.share)} of the workload's time (${formatPercent(coverage.required)} is asked for): what the changes do to the other queries was not measured.`;
}

type Considered = Pick<Suggestion, "basis" | "suggestions" | "alternatives">;

/** How many of the alternatives a measurement decided; the others say why there was none. */
function countMeasured({ alternatives }: Pick<Suggestion, "alternatives">): number {
  return alternatives.filter(({ evidence }) => evidence?.basis === "measured").length;
}

/** What stands below the title of the alternatives; undefined where there is none. */
export function describeAlternatives(suggestion: Considered): string | undefined {
  const { basis, suggestions, alternatives } = suggestion;
  if (alternatives.length === 0) return undefined;
  if (basis === "estimate")
    return "Excluded by the rules, each with the reason. None was measured.";
  const measured = countMeasured(suggestion);
  const open = "Open one for its measurements and SQL.";
  if (measured < alternatives.length) {
    return `${formatCount(measured)} of ${formatCount(alternatives.length)} measured; each with the reason. ${open}`;
  }
  return suggestions.length === 0
    ? `Each with the reason. ${open}`
    : `Measured like the changes above. ${open}`;
}

/** Why there is nothing to do: how much was seen, and how much of it was measured. */
export function describeNothing(suggestion: Pick<Suggestion, "basis" | "alternatives">): string {
  const { basis, alternatives } = suggestion;
  if (basis === "estimate") {
    return alternatives.length === 0
      ? "The rules found no change in this request. Nothing was measured."
      : `The rules excluded ${formatPlural(alternatives.length, "change")}, with the reasons below. Nothing was measured.`;
  }
  if (alternatives.length === 0) {
    return "The rules found no change worth testing in this schema and workload.";
  }
  const measured = countMeasured(suggestion);
  const rest = alternatives.length - measured;
  const unmeasured = `${formatPlural(rest, "change was", "changes were")} not measured, with the reasons below`;
  if (measured === 0) return `${unmeasured}.`;
  const found = `${formatPlural(measured, "change was", "changes were")} measured on a shadow copy, and none was worth it`;
  return rest === 0 ? `${found}.` : `${found}; ${unmeasured}.`;
}

/** How far the best change came. A loss is not called a saving. */
export function describeBestGain(gain: Interval): string {
  return gain.value > 0
    ? `would save ${formatInterval(gain)} of the workload's time`
    : `would save none of the workload's time: ${formatInterval(gain)}`;
}

/** What follows from approving the chosen changes: who runs them, if anybody here does. */
export function describeApproval(
  { basis, suggestions }: Pick<Suggestion, "basis" | "suggestions">,
  chosenIds: readonly string[],
): string {
  if (basis === "estimate") {
    return "Approving runs nothing: an estimate is advice. Run its SQL yourself.";
  }
  const chosen = suggestions.filter((item) => chosenIds.includes(item.item_id));
  return chosen.every((item) => isAdvice(item.change))
    ? "Approving runs nothing: the product's developers change these queries."
    : "Approving runs nothing yet: an operator starts the execution.";
}

interface AutoRevertText {
  tone: "warning" | "negative";
  title: string;
  text: string;
}

/** What became of the revert that the sidecar began by itself after a measured regression. */
export function describeAutoRevert(state: Operation["state"]): AutoRevertText {
  const measured = "The sidecar measured a regression after the execution";
  switch (state) {
    case "queued":
    case "executing":
      return {
        tone: "warning",
        title: "Rolling back automatically: the live workload got slower",
        text: `${measured} and is restoring the previous state.`,
      };
    case "failed":
      return {
        tone: "negative",
        title: "The live workload got slower, and the automatic rollback failed",
        text: `${measured} and could not restore the previous state: the change is still in place.`,
      };
    case "executed":
    case "verified":
    case "reverted":
      return {
        tone: "warning",
        title: "Rolled back automatically: the live workload got slower",
        text: `${measured} and restored the previous state.`,
      };
  }
}

/** The changes of the best set so far, by title; by id where no verdict has named one yet. */
export function nameBest({ best, verdicts }: Pick<ProofProgress, "best" | "verdicts">): string {
  const titles = new Map(verdicts.map(({ candidate_id, title }) => [candidate_id, title]));
  const names = (best?.candidate_ids ?? []).map((id) => `“${titles.get(id) ?? id}”`);
  return new Intl.ListFormat("en-US").format(names);
}

/** Who asked for changes to be tested. */
export function describeOrigin({ kind, conversation_id: id }: RequestedChanges["origin"]): string {
  switch (kind) {
    case "person":
      return "a person";
    case "api":
      return "a program";
    case "cooperation":
      return id === undefined ? "another sidecar" : `another sidecar (conversation ${id})`;
  }
}
