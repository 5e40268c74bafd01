import { Policy, type RuleCondition } from "@/server/contracts";

/** So many people must be able to approve before two of them are asked for. */
const FOUR_EYES_PEOPLE_MIN = 2;

/**
 * What holds while no policy is stored: a reviewer approves. High-risk and irreversible changes need two
 * people, where there are two who may approve. Where there is one, that one acknowledges to decide alone:
 * nobody is locked out.
 */
export function defaultPolicy({ approverCount }: { approverCount: number }): Policy {
  const hasTwo = approverCount >= FOUR_EYES_PEOPLE_MIN;
  const demand = hasTwo
    ? { approvals: [{ role: "reviewer" as const, count: 2 }] }
    : { acknowledge_alone: true };
  const rule = (subject: string, when: RuleCondition) => ({
    name: `${hasTwo ? "Four eyes" : "Acknowledgement"} for ${subject}`,
    when,
    ...demand,
    allows_auto_approval: false,
  });
  return Policy.parse({
    base: { approvals: [{ role: "reviewer", count: 1 }] },
    rules: [
      rule("high risk", { risk: ["high"] }),
      rule("irreversible changes", { is_reversible: false }),
    ],
    auto_approval: { mode: "off" },
  });
}
