import { hasMeasuredCost, type Suggestion, type SuggestionState } from "@/server/contracts";
import {
  findExecution,
  findRevert,
  findRollback,
  findWatchEnd,
  isFailedProof,
  isKept,
  partApproved,
} from "./lifecycle";
import type { ActionName } from "./use-decision";

const NEXT: Record<SuggestionState, string> = {
  proving: "The test run is in progress. You can decide when it ends.",
  cancelled: "The test run was cancelled; nothing was changed. Analyze again to start a new one.",
  pending: "Waiting for approval.",
  no_gain: "No tested change helped, so there is nothing to decide.",
  approved: "Approved. Waiting for an operator to execute it.",
  rejected: "Rejected. Nothing was changed.",
  expired: "Expired without a decision, which is no rejection. Reopen it below, or analyze again.",
  superseded: "Superseded: the schema has changed. Analyze again to measure on current data.",
  executing: "The execution is running.",
  executed: "Executed. The live workload is being verified.",
  failed: "The execution failed. Details below.",
  verified: "Executed, and confirmed on the live workload.",
  reverted: "Rolled back. The previous state is restored.",
};

/** Where an estimate, which nothing measures and nobody here executes, ends otherwise. */
const NEXT_OF_ESTIMATE: Partial<Record<SuggestionState, string>> = {
  no_gain: "No suggestion: the rules found nothing to change in this request.",
  approved: "Approved. Estimates are not executed by the sidecar: run the SQL yourself.",
  expired: "Expired without a decision. Send the request again with the current schema.",
};

/** One sentence: what this person, or somebody else, does next. */
export function adviseNext(suggestion: Suggestion, abilities: ReadonlySet<ActionName>): string {
  const { state, basis, requested } = suggestion;
  if (requested !== null && state === "no_gain") {
    return "Does not fit, for the reasons below. You can change the request and test it again.";
  }
  if (abilities.has("approve")) {
    if (requested !== null) {
      return suggestion.suggestions.some(({ verdict }) => hasMeasuredCost(verdict))
        ? "It breaks nothing, but makes something slower: weigh the first drawback, then decide."
        : "It fits. Check the evidence, then decide.";
    }
    return basis === "estimate"
      ? "Nothing was measured. Read the reasons, untick changes you don't want, then decide."
      : "Check the evidence, untick changes you don't want, then decide.";
  }
  if (abilities.has("execute")) return "Approved. You can execute it now.";
  if (isFailedProof(suggestion)) return "The test run failed; nothing was changed. Analyze again.";
  if (basis === "estimate") return NEXT_OF_ESTIMATE[state] ?? NEXT[state];
  if (state === "approved" && partApproved(suggestion).executable.length === 0) {
    return "Approved. All changes are for the product's developers; there is nothing to execute here.";
  }
  const execution = findExecution(suggestion);
  if (state === "executing" && execution?.state === "queued") {
    return `The execution has not begun. ${execution.progress.message.replace(/[.]?$/, ".")}`;
  }
  if (state === "executed" || state === "verified") return adviseAfter(suggestion);
  return NEXT[state];
}

/** After an execution: its revert, where one was asked for, and what the watch has shown. */
function adviseAfter(suggestion: Suggestion): string {
  const rollback = findRollback(suggestion);
  const revert = findRevert(suggestion);
  if (rollback === "running") {
    return revert?.state === "queued" && revert.is_automatic
      ? `Regressed. ${revert.progress.message}.`
      : "Executed. The rollback is running.";
  }
  if (rollback === "failed") {
    return "Executed. The rollback failed: the change is still in place. You can try the rollback again.";
  }
  switch (findWatchEnd(suggestion)?.state) {
    case "confirmed_with_regressions":
      return "Confirmed with regressions: the workload gained, single queries became slower. You can roll it back.";
    case "inconclusive":
      return "Executed. Verification ended without a clear effect.";
    case "regressed":
      return isKept(suggestion)
        ? "Executed. It regressed on the live workload, and is kept."
        : "Executed. It regressed on the live workload.";
    default:
      return NEXT[suggestion.state];
  }
}
