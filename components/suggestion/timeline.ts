import { isAdvice, type Suggestion, type SuggestionState } from "@/server/contracts";
import {
  findExecution,
  findRevert,
  findRollback,
  findWatchEnd,
  isFailedProof,
  isKept,
  labelState,
} from "./lifecycle";

export interface TimelineStep {
  label: string;
  /** When it was reached; null while it is not, or when the instant is not known. */
  at: string | null;
  status: "done" | "current" | "ahead" | "ended" | "failed";
}

const STEPS = ["Proposed", "Tested", "Approved", "Executed", "Confirmed"] as const;

/** How many steps are behind a suggestion in this state, and the name of a bad end. */
const PLACES: Record<SuggestionState, { done: number; end?: string }> = {
  proving: { done: 1 },
  cancelled: { done: 1, end: "Cancelled" },
  pending: { done: 2 },
  no_gain: { done: 1, end: "No gain found" },
  approved: { done: 3 },
  rejected: { done: 2, end: "Rejected" },
  expired: { done: 2, end: "Expired" },
  superseded: { done: 2, end: "Superseded" },
  executing: { done: 3 },
  executed: { done: 4 },
  failed: { done: 3, end: "Failed" },
  verified: { done: 5 },
  reverted: { done: 4, end: "Rolled back" },
};

function stepTimes(suggestion: Suggestion): (string | null)[] {
  const execution = findExecution(suggestion);
  const approval = suggestion.reviews.find((review) => review.verdict === "approved");
  const proofs = suggestion.suggestions.map(({ evidence }) =>
    evidence?.basis === "measured" ? evidence.measured_at : null,
  );
  return [
    suggestion.created_at,
    proofs.find((at) => at !== null) ?? null,
    approval?.at ?? null,
    execution?.finished_at ?? null,
    execution?.verification?.window_ended_at ?? null,
  ];
}

/** An estimate, and advice for the developers, are decided on and not executed here. */
function isForUs({ basis, suggestions }: Suggestion): boolean {
  const taken = suggestions.filter((item) => item.is_approved !== false);
  return (
    basis === "measured" && !(taken.length > 0 && taken.every((item) => isAdvice(item.change)))
  );
}

/** The step at which it stopped, where it did. */
function findEnd(suggestion: Suggestion): TimelineStep | undefined {
  const { end } = PLACES[suggestion.state];
  if (end !== undefined) {
    return { label: labelState(suggestion) ?? end, at: suggestion.updated_at, status: "failed" };
  }
  const rollback = findRollback(suggestion);
  if (rollback === "running") return { label: "Rolling back", at: null, status: "current" };
  if (rollback === "failed") {
    const at = findRevert(suggestion)?.finished_at ?? null;
    return { label: "Rollback failed", at, status: "failed" };
  }
  const watch = suggestion.state === "executed" ? findWatchEnd(suggestion) : null;
  if (watch?.state === "regressed") {
    const label = isKept(suggestion) ? "Regressed, kept" : "Regressed";
    return { label, at: watch.at, status: "failed" };
  }
  if (watch?.state === "inconclusive") {
    return { label: "Inconclusive", at: watch.at, status: "ended" };
  }
  return undefined;
}

/** Steps behind it. What is rolled back, or is to be, is not told as verified. */
function countDone(suggestion: Suggestion): number {
  if (isFailedProof(suggestion)) return 1;
  const { done } = PLACES[suggestion.state];
  return findRollback(suggestion) === null ? done : Math.min(done, PLACES.executed.done);
}

function labelStep(label: (typeof STEPS)[number], suggestion: Suggestion): string {
  if (label === "Tested" && suggestion.basis === "estimate") return "Estimated";
  const outcome = findExecution(suggestion)?.verification?.state;
  if (label !== "Confirmed" || outcome !== "confirmed_with_regressions") return label;
  return "Confirmed with regressions";
}

/** The life of a suggestion as steps: what is behind it, where it stands, what is ahead. */
export function describeTimeline(suggestion: Suggestion): TimelineStep[] {
  const done = countDone(suggestion);
  const times = stepTimes(suggestion);
  const reached = STEPS.slice(0, done).map((label, index) => ({
    label: labelStep(label, suggestion),
    at: times[index] ?? null,
    status: "done" as const,
  }));
  const end = findEnd(suggestion);
  if (end !== undefined) return [...reached, end];
  const last = isForUs(suggestion) ? STEPS.length : STEPS.indexOf("Approved") + 1;
  const ahead = STEPS.slice(done, last).map((label, index) => ({
    label,
    at: null,
    status: index === 0 ? ("current" as const) : ("ahead" as const),
  }));
  return [...reached, ...ahead];
}
