import type {
  ApprovalChain,
  ApprovalFact,
  ApprovalStep,
  ApproverRole,
  CountedApproval,
} from "@/server/contracts";
import { formatList, formatPlural } from "@/server/format";

const ROLES: readonly ApproverRole[] = ["reviewer", "operator", "admin"];

/** An administrator may give any approval. */
export const mayFill = (roles: readonly string[], role: ApproverRole): boolean =>
  roles.includes(role) || roles.includes("admin");

/** The most that any of the demands asks of each role. */
export function strictestSteps(demands: readonly (readonly ApprovalStep[])[]): ApprovalStep[] {
  return ROLES.flatMap((role) => {
    // One demand may name a role twice: both have to be met.
    const counts = demands.map((steps) =>
      steps.filter((step) => step.role === role).reduce((sum, { count }) => sum + count, 0),
    );
    const count = Math.max(0, ...counts);
    return count === 0 ? [] : [{ role, count }];
  });
}

interface Given {
  approvals: readonly ApprovalFact[];
  requestedBy: string;
  requesterMayApprove: boolean;
  acknowledgeAlone: boolean;
}

/** Counts who approved for which step. One person counts once, and where they help most. */
export function countApprovals(steps: readonly ApprovalStep[], given: Given): ApprovalChain {
  const { requestedBy, requesterMayApprove, acknowledgeAlone } = given;
  const slots = steps.flatMap(({ role, count }) => Array.from({ length: count }, () => role));
  const needsAcknowledgement = acknowledgeAlone && slots.length === 1;
  const people = onePerPerson(given.approvals);
  const refusals = people.map((approval) => {
    if (!requesterMayApprove && approval.label === requestedBy) {
      return "Asked for the change, and may not approve it.";
    }
    if (needsAcknowledgement && !approval.acknowledges_alone) {
      return "Did not state that nobody else has to check it.";
    }
    return null;
  });
  const filled = assign(
    slots,
    people.map(({ roles }, index) => (refusals[index] === null ? roles : [])),
  );
  const approvals = people.map((approval, index): CountedApproval => {
    const slot = filled.indexOf(index);
    const role = slot < 0 ? null : (slots[slot] ?? null);
    const unused = "No approval of this person's roles is missing.";
    return {
      ...{ by: approval.label, role, comment: approval.comment, at: approval.at },
      why_not: role === null ? (refusals[index] ?? unused) : null,
    };
  });
  const givenCount = filled.filter((person) => person >= 0).length;
  return {
    steps: steps.map((step) => ({
      ...step,
      given: approvals.filter(({ role }) => role === step.role).length,
    })),
    required: slots.length,
    given: givenCount,
    // Without a step nothing is approved by doing nothing.
    is_complete: slots.length > 0 && givenCount === slots.length,
    requester_may_approve: requesterMayApprove,
    needs_acknowledgement: needsAcknowledgement,
    approvals,
  };
}

function onePerPerson(approvals: readonly ApprovalFact[]): ApprovalFact[] {
  return [...new Map(approvals.map((approval) => [approval.person_id, approval])).values()];
}

/**
 * Fills as many slots as can be, each by another person (augmenting paths): the person's index for each
 * slot, −1: empty. Whoever came first keeps a slot, though perhaps another one.
 */
function assign(slots: readonly ApproverRole[], people: readonly (readonly string[])[]): number[] {
  const filled = slots.map(() => -1);
  function seat(person: number, tried: Set<number>): boolean {
    return slots.some((role, slot) => {
      if (tried.has(slot) || !mayFill(people[person] ?? [], role)) return false;
      tried.add(slot);
      const holder = filled[slot] ?? -1;
      if (holder >= 0 && !seat(holder, tried)) return false;
      filled[slot] = person;
      return true;
    });
  }
  people.forEach((_, person) => {
    seat(person, new Set());
  });
  return filled;
}

const ARTICLES: Record<ApproverRole, string> = {
  reviewer: "a reviewer",
  operator: "an operator",
  admin: "an admin",
};

/** `a reviewer and 2 operators` */
export function describeSteps(steps: readonly ApprovalStep[]): string {
  const parts = steps.map(({ role, count }) =>
    count === 1 ? ARTICLES[role] : formatPlural(count, role),
  );
  return parts.length === 0 ? "nobody" : formatList(parts);
}

/** `1 of 2 approvals; an operator is still needed.` */
export function describeChain({ steps, required, given, is_complete }: ApprovalChain): string {
  const count = `${given} of ${formatPlural(required, "approval")}`;
  if (is_complete) return `${count}: complete.`;
  const missing = steps.flatMap((step) =>
    step.count > step.given ? [{ role: step.role, count: step.count - step.given }] : [],
  );
  const people = missing.reduce((sum, step) => sum + step.count, 0);
  return `${count}; ${describeSteps(missing)} ${people === 1 ? "is" : "are"} still needed.`;
}
