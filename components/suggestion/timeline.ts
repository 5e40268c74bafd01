import type { Operation, Suggestion, SuggestionState } from "@/server/contracts";

export interface TimelineStep {
  label: string;
  /** When it was reached; null while it is not, or when the instant is not known. */
  at: string | null;
  status: "done" | "current" | "ahead" | "failed";
}

const STEPS = ["Proposed", "Proved", "Approved", "Executed", "Verified"] as const;

/** How many steps are behind a suggestion in this state, and the name of a bad end. */
const PLACES: Record<SuggestionState, { done: number; end?: string }> = {
  proposed: { done: 0 },
  proving: { done: 1 },
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
  reverted: { done: 4, end: "Reverted" },
};

function findExecution(operations: readonly Operation[]): Operation | undefined {
  return operations.find((operation) => operation.kind === "execute");
}

function stepTimes(suggestion: Suggestion): (string | null)[] {
  const execution = findExecution(suggestion.operations);
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

/** The life of a suggestion as steps: what is behind it, where it stands, what is ahead. */
export function describeTimeline(suggestion: Suggestion): TimelineStep[] {
  const { done, end } = PLACES[suggestion.state];
  const times = stepTimes(suggestion);
  const reached = STEPS.slice(0, done).map((label, index) => ({
    label: index === 1 && suggestion.basis === "estimate" ? "Estimated" : label,
    at: times[index] ?? null,
    status: "done" as const,
  }));
  if (end !== undefined) {
    return [...reached, { label: end, at: suggestion.updated_at, status: "failed" }];
  }
  const ahead = STEPS.slice(done).map((label, index) => ({
    label,
    at: null,
    status: index === 0 ? ("current" as const) : ("ahead" as const),
  }));
  return [...reached, ...ahead];
}
