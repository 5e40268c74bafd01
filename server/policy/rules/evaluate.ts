import {
  describeWindow,
  type MaintenanceWindow,
  type Policy,
  type PolicyEvaluation,
  type PolicyFacts,
  type PolicyRule,
  type Reminder,
  type Requirement,
} from "@/server/contracts";
import { judgeAutoApproval } from "./auto-approval";
import { countApprovals, describeChain, describeSteps, strictestSteps } from "./chain";
import { matchesRule } from "./match";
import { checkWindows } from "./windows";

/**
 * What the policy asks of these changes and how far it is met, with the reasoning. Every rule that fits one of
 * the changes applies, and the strictest demand counts: a further rule never asks for less.
 */
export function evaluatePolicy(policy: Policy, facts: PolicyFacts): PolicyEvaluation {
  const rules = policy.rules.filter(({ when }) => matchesRule(when, facts));
  const demands: Requirement[] = [policy.base, ...rules];
  const steps = strictestSteps(demands.map(({ approvals }) => approvals));
  const chain = countApprovals(steps, {
    approvals: facts.approvals,
    requestedBy: facts.requested_by,
    requesterMayApprove: demands.every((demand) => demand.requester_may_approve),
    acknowledgeAlone: demands.some((demand) => demand.acknowledge_alone),
  });
  const window = judgeWindow(demands, facts);
  const expiresAfterHours = least(demands.map((demand) => demand.expires_after_hours));
  const allowsAuto = demands.every((demand) => demand.allows_auto_approval);
  const autoApproval = judgeAutoApproval(policy.auto_approval, facts, allowsAuto);
  return {
    rules: rules.map(({ name }) => name),
    chain,
    window,
    expires_after_hours: expiresAfterHours,
    reminder: soonestReminder(demands),
    auto_approval: autoApproval,
    summary: describeChain(chain),
    reasons: [
      `Every change needs ${describeSteps(policy.base.approvals)}.`,
      ...rules.map(describeRule),
      ...(chain.requester_may_approve
        ? []
        : [`${facts.requested_by} asked for it: somebody else approves.`]),
      ...(chain.needs_acknowledgement
        ? ["One approval is enough; whoever gives it states that nobody else has to check."]
        : []),
      describeChain(chain),
      ...(window === null ? [] : [describeOpening(window)]),
      ...(expiresAfterHours === null
        ? []
        : [`Undecided, it expires after ${expiresAfterHours} h.`]),
      ...(autoApproval.mode === "off" ? [] : autoApproval.reasons),
    ],
  };
}

/** May it be executed as far as approvals go? People have completed the chain, or the policy itself approves. */
export const isApprovedBy = ({ chain, auto_approval }: PolicyEvaluation): boolean =>
  chain.is_complete || auto_approval.is_approving;

const least = (hours: readonly (number | null)[]): number | null => {
  const given = hours.filter((each) => each !== null);
  return given.length === 0 ? null : Math.min(...given);
};

function judgeWindow(
  demands: readonly Requirement[],
  { now }: PolicyFacts,
): PolicyEvaluation["window"] {
  const groups = demands.map(({ windows }) => windows).filter((windows) => windows.length > 0);
  if (groups.length === 0) return null;
  const { isOpen, opensAtMs } = checkWindows(groups, Date.parse(now));
  return {
    is_open: isOpen,
    opens_at: opensAtMs === null ? null : new Date(opensAtMs).toISOString(),
    description: groups.map(describeGroup).join("; and "),
  };
}

const describeGroup = (windows: readonly MaintenanceWindow[]): string =>
  windows.map(describeWindow).join(" or ");

function describeOpening({
  is_open,
  opens_at,
  description,
}: NonNullable<PolicyEvaluation["window"]>) {
  if (is_open) return `Executions begin in ${description}: open now.`;
  return opens_at === null
    ? `Executions begin in ${description}: these windows do not open together within five weeks.`
    : `Executions begin in ${description}: closed until ${opens_at}.`;
}

/** The earliest reminder, and the earliest escalation with its role. */
function soonestReminder(demands: readonly Requirement[]): Reminder | null {
  const reminders = demands.flatMap(({ reminder }) => reminder ?? []);
  const first = least(reminders.map(({ remind_after_hours }) => remind_after_hours));
  if (first === null) return null;
  const [escalation = null] = reminders
    .flatMap((reminder) => reminder.escalation ?? [])
    .sort((a, b) => a.after_hours - b.after_hours);
  return { remind_after_hours: first, escalation };
}

function describeRule(rule: PolicyRule): string {
  const demands = [
    ...(rule.approvals.length === 0 ? [] : [describeSteps(rule.approvals)]),
    ...(rule.requester_may_approve ? [] : ["somebody other than who asked for it"]),
    ...(rule.acknowledge_alone
      ? ["an explicit acknowledgement where one person decides alone"]
      : []),
    ...(rule.windows.length === 0 ? [] : ["a maintenance window"]),
    ...(rule.allows_auto_approval ? [] : ["a decision by people"]),
  ];
  const asked = demands.length === 0 ? "nothing more" : demands.join("; ");
  return `“${rule.name}” applies: it asks for ${asked}.`;
}
