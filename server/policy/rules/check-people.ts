import type { ApprovalFact, ApprovalStep, Policy } from "@/server/contracts";
import { countApprovals, describeSteps, strictestSteps } from "./chain";

/** The approval chains that the people of this installation could not complete, one sentence each. */
export function findUnmetChains(policy: Policy, people: readonly (readonly string[])[]): string[] {
  const chains = [
    { name: "every change", demands: [policy.base] },
    ...policy.rules.map((rule) => ({ name: `“${rule.name}”`, demands: [policy.base, rule] })),
  ];
  return chains.flatMap(({ name, demands }) => {
    const steps = strictestSteps(demands.map(({ approvals }) => approvals));
    const mayAsker = demands.every(({ requester_may_approve }) => requester_may_approve);
    if (canComplete(steps, people)) {
      return mayAsker || isCompleteWithoutAny(steps, people)
        ? []
        : [`The approvals for ${name} cannot be completed where one of those people asked for it.`];
    }
    return [
      `The approvals for ${name} cannot be completed: they need ${describeSteps(steps)}, and too few people with these roles can sign in.`,
    ];
  });
}

const isCompleteWithoutAny = (
  steps: readonly ApprovalStep[],
  people: readonly (readonly string[])[],
): boolean =>
  people.every((_, left) =>
    canComplete(
      steps,
      people.filter((__, n) => n !== left),
    ),
  );

function canComplete(
  steps: readonly ApprovalStep[],
  people: readonly (readonly string[])[],
): boolean {
  const approvals = people.map((roles, index): ApprovalFact => {
    const id = String(index);
    const given = { comment: "", at: "", acknowledges_alone: true };
    return { person_id: id, label: id, roles, ...given };
  });
  return countApprovals(steps, {
    ...{ approvals, requestedBy: "", requesterMayApprove: true, acknowledgeAlone: false },
  }).is_complete;
}
