import {
  allows,
  isAdvice,
  isConfirmed,
  isProving,
  type Operation,
  type Rollback,
  rollbackOf,
  type Suggestion,
  type SuggestionItem,
  type Verification,
} from "@/server/contracts";

type Life = Pick<Suggestion, "state" | "operations">;

/** The execution, whatever became of it. */
export function findExecution({ operations }: Life): Operation | undefined {
  return operations.find((operation) => operation.kind === "execute");
}

/** The revert asked for last: a failed one may be tried again. Operations come newest first. */
export function findRevert({ operations }: Life): Operation | undefined {
  return operations.find((operation) => operation.kind === "revert");
}

/** A rollback that is under way or has failed, while the change is in place. */
export function findRollback(suggestion: Life): Rollback | null {
  // A rollback that somebody took back to keep the change did not fail.
  if (isKept(suggestion)) return null;
  return rollbackOf(suggestion.state, findRevert(suggestion)?.state);
}

/** Somebody keeps what is in place although it regressed. */
export function isKept(suggestion: Life): boolean {
  return findExecution(suggestion)?.verification?.kept !== undefined;
}

/** Whether an operation is waiting or at work. */
export function isRunning({ state }: Operation): boolean {
  return allows("operation", "fail", state);
}

/** A failure before there was anything to decide: nothing was ever executed. */
export function isFailedProof({ state, operations }: Life): boolean {
  return state === "failed" && operations.length === 0;
}

/** Its proof ended without a result: there is nothing that was measured, and nothing to decide. */
export function hasNoResult(suggestion: Life): boolean {
  return suggestion.state === "cancelled" || isFailedProof(suggestion);
}

/** How the watch over the live workload ended, and when; null: it goes on, or never began. */
export function findWatchEnd(
  suggestion: Life,
): { state: Verification["state"]; at: string } | null {
  const verification = findExecution(suggestion)?.verification;
  if (verification == null || verification.window_ended_at === null) return null;
  return { state: verification.state, at: verification.window_ended_at };
}

/** Whether an execution is there to be undone, with no revert that did it or is at it. */
export function isRevertible(suggestion: Life): boolean {
  const { state, operations } = suggestion;
  const isDone = allows("suggestion", "revert", state);
  const isTaken = operations.some(
    (operation) =>
      operation.kind === "revert" &&
      operation.state !== "failed" &&
      // One that was rolled back and executed again; and one that a person can take over.
      operation.state !== "reverted" &&
      !isPutOff(operation),
  );
  return isDone && !isTaken && findExecution(suggestion)?.plan.is_reversible === true;
}

/** An automatic rollback that has not begun. */
const isPutOff = ({ kind, state, is_automatic }: Operation): boolean =>
  kind === "revert" && state === "queued" && is_automatic;

/** Whether somebody may still keep what regressed: it is in place, and its rollback has not begun. */
export function isKeepable(suggestion: Life): boolean {
  const { state, operations } = suggestion;
  const isRollingBack = operations.some(
    (operation) => operation.kind === "revert" && isRunning(operation) && !isPutOff(operation),
  );
  const isRegressed = findExecution(suggestion)?.verification?.state === "regressed";
  return state === "executed" && isRegressed && !isKept(suggestion) && !isRollingBack;
}

/** Whether it changes by itself: a proof, an operation or the watch is at work. */
export function isMoving(suggestion: Life): boolean {
  const { state, operations } = suggestion;
  if (isProving(state) || state === "executing" || operations.some(isRunning)) return true;
  if (state !== "executed") return false;
  // A confirmed watch becomes `verified` a moment later.
  const end = findWatchEnd(suggestion);
  return end === null || isConfirmed(end.state);
}

/** What the badge of the state says where the state alone says too little. */
export function labelState(
  suggestion: Life & Partial<Pick<Suggestion, "requested">>,
): string | undefined {
  if (isFailedProof(suggestion)) return "Test failed";
  if (suggestion.state === "no_gain" && suggestion.requested) return "Does not fit";
  const isWatched = suggestion.state === "executed" && findWatchEnd(suggestion) === null;
  if (isWatched) return "Executed, verifying";
  return isKept(suggestion) && suggestion.state === "executed" ? "Regressed, kept" : undefined;
}

/** What was approved, parted into what the sidecar executes and what the developers change. */
export function partApproved({ suggestions }: Suggestion): {
  executable: SuggestionItem[];
  advice: SuggestionItem[];
} {
  const approved = suggestions.filter((item) => item.is_approved);
  return {
    executable: approved.filter((item) => !isAdvice(item.change)),
    advice: approved.filter((item) => isAdvice(item.change)),
  };
}

/** The search runs, or could go on: before the decision. What it has been is told with the log. */
export function isSearchOpen({ search }: Pick<Suggestion, "search">): boolean {
  return search.is_running || search.untested_count > 0;
}
