import type { Suggestion, SuggestionState } from "@/server/contracts";
import type { ActionName } from "./abilities";
import { partApproved } from "./executable-items";
import { findRevert, findWatchEnd, isFailedProof, isRunning } from "./standing";

const NEXT: Record<SuggestionState, string> = {
  proposed: "Waiting for its proof.",
  proving: "The proof is running; the decision comes after it.",
  pending: "A reviewer decides next.",
  no_gain: "Nothing to do: nothing that was tried paid off, so there is nothing to decide.",
  approved: "Approved. An operator starts the execution next.",
  rejected: "Rejected. Nothing was changed.",
  expired: "Nobody decided in time. Analyze again to measure on present data.",
  superseded: "It no longer holds. Analyze again to measure on present data.",
  executing: "The execution is running.",
  executed: "Executed. The live workload is being watched.",
  failed: "The execution failed; see below what was and was not changed.",
  verified: "Executed, and confirmed on the live workload.",
  reverted: "Reverted. The former state is restored.",
};

/** Where an estimate, which nothing measures and nobody here executes, ends otherwise. */
const NEXT_OF_ESTIMATE: Partial<Record<SuggestionState, string>> = {
  no_gain: "Nothing to do: the rules saw nothing to suggest in what the request told.",
  approved: "Approved. Estimates are not executed by the sidecar: run the SQL yourself.",
  expired: "Nobody decided in time. Ask again with the present schema.",
};

/** One sentence: what this person, or somebody else, does next. */
export function adviseNext(suggestion: Suggestion, abilities: ReadonlySet<ActionName>): string {
  const { state, basis } = suggestion;
  if (abilities.has("approve")) {
    return basis === "estimate"
      ? "Nothing was measured: look at the reasons, choose the changes you want, then decide."
      : "Look at the evidence, choose the changes you want, then decide.";
  }
  if (abilities.has("execute")) return "Approved. You may start the execution now.";
  if (isFailedProof(suggestion)) return "The proof failed; nothing was changed. Analyze again.";
  if (basis === "estimate") return NEXT_OF_ESTIMATE[state] ?? NEXT[state];
  if (state === "approved" && partApproved(suggestion).executable.length === 0) {
    return "Approved. All of it is advice for the product's developers, so there is nothing to execute here.";
  }
  if (state === "executed" || state === "verified") return adviseAfter(suggestion);
  return NEXT[state];
}

/** After an execution: its revert, where one was asked for, and what the watch has shown. */
function adviseAfter(suggestion: Suggestion): string {
  const revert = findRevert(suggestion);
  if (revert !== undefined && isRunning(revert)) return "Executed. The revert is running.";
  if (revert?.state === "failed") {
    return "Executed. The revert failed: the change is still in place, and a revert can be tried again.";
  }
  if (suggestion.state === "verified") return NEXT.verified;
  switch (findWatchEnd(suggestion)?.state) {
    case "inconclusive":
      return "Executed; the watch ended without a clear effect.";
    case "regressed":
      return "Executed; the live workload got slower.";
    default:
      return NEXT.executed;
  }
}
