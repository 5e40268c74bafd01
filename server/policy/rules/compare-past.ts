import type {
  PolicyEvaluation,
  PolicySimulation,
  SimulatedDifference,
  SuggestionState,
  VerificationState,
} from "@/server/contracts";
import { formatPlural } from "@/server/format";

/** A suggestion of the past under the policy that holds and under the simulated one. */
export interface Past {
  id: string;
  state: SuggestionState;
  createdAt: string;
  title: string;
  wasApproved: boolean;
  before: PolicyEvaluation;
  after: PolicyEvaluation;
  /** Was executed at a time that the simulated policy closes. */
  isOutsideWindow: boolean;
  /** Was executed, and found slower or rolled back. */
  isRegressed: boolean;
  /** How the policies judge its execution; null: its figures were not kept. */
  outcome: { before: VerificationState; after: VerificationState } | null;
}

/** Listed one by one; the counts are of all. */
const DIFFERENCES_MAX = 50;

/** What the simulated policy would have done, counted, and where it differs. */
export function summarizePast(
  past: readonly Past[],
  { days, isComplete }: { days: number; isComplete: boolean },
): PolicySimulation {
  const automatic = past.filter(({ after }) => after.auto_approval.is_approving);
  const short = past.filter(isShort);
  const differences = past.map(differenceOf).filter((each) => each !== null);
  const outside = past.filter(({ isOutsideWindow }) => isOutsideWindow);
  return {
    ...{ days, suggestion_count: past.length, is_complete: isComplete },
    required_before: countRequired(past.map(({ before }) => before)),
    required_after: countRequired(past.map(({ after }) => after)),
    short_count: short.length,
    outside_window_count: outside.length,
    auto_approved: {
      count: automatic.length,
      rejected_count: automatic.filter(({ state }) => state === "rejected").length,
      regressed_count: automatic.filter(({ isRegressed }) => isRegressed).length,
    },
    regressions: countRegressions(past),
    differences: differences.slice(-DIFFERENCES_MAX).reverse(),
    notes: [
      ...(isComplete ? [] : ["Only the latest suggestions were read."]),
      "The emergency stop is not simulated, and who may approve is taken from the approvals that were given.",
      ...(differences.length > DIFFERENCES_MAX
        ? [`${formatPlural(differences.length, "difference")} in all; the latest are listed.`]
        : []),
    ],
  };
}

function countRegressions(past: readonly Past[]): PolicySimulation["regressions"] {
  const judged = past.flatMap(({ outcome }) => (outcome === null ? [] : [outcome]));
  const count = (of: "before" | "after") =>
    judged.filter((outcome) => outcome[of] === "regressed").length;
  return {
    judged_count: judged.length,
    regressed_before_count: count("before"),
    regressed_after_count: count("after"),
  };
}

/** Was approved, and the simulated policy would have asked for more. */
const isShort = ({ wasApproved, after }: Past): boolean =>
  wasApproved && !after.chain.is_complete && !after.auto_approval.is_approving;

function countRequired(evaluations: readonly PolicyEvaluation[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { chain } of evaluations) {
    const key = String(chain.required);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function differenceOf(past: Past): SimulatedDifference | null {
  const { before, after, isOutsideWindow, state } = past;
  const isAuto = after.auto_approval.is_approving;
  const notes = [
    ...(isAuto ? [`It would have been approved automatically; it is ${state}.`] : []),
    ...(isShort(past) ? [`Its approvals would not have been enough: ${after.summary}`] : []),
    ...(isOutsideWindow ? ["It was executed outside of the maintenance windows."] : []),
  ];
  const isSame = JSON.stringify(before.chain.steps) === JSON.stringify(after.chain.steps);
  if (isSame && notes.length === 0) return null;
  return {
    ...{ suggestion_id: past.id, title: past.title, state, created_at: past.createdAt },
    ...{ before: chainOf(before), after: chainOf(after), is_auto_approved: isAuto },
    notes: notes.length > 0 ? notes : ["It would have asked for other approvals."],
  };
}

const chainOf = ({ chain, summary, rules }: PolicyEvaluation) => ({
  ...{ required: chain.required, is_complete: chain.is_complete, summary, rules },
});
