import {
  CHANGE_FACTS,
  describeWindow,
  type RegressionPolicy,
  type Requirement,
  type RuleCondition,
} from "@/server/contracts";
import { formatList, formatMs, formatPercent, formatPlural } from "@/server/format";

/** The demands of a policy or rule, a sentence each; none: it demands nothing. */
export function describeDemand(demand: Requirement): string[] {
  const { reminder } = demand;
  const steps = demand.approvals.map(({ role, count }) => formatPlural(count, role));
  return [
    ...(steps.length === 0 ? [] : [`Approvals: ${formatList(steps)}.`]),
    ...(demand.requester_may_approve ? [] : ["Whoever asked for the change does not approve it."]),
    ...(demand.acknowledge_alone ? ["Whoever decides alone acknowledges it."] : []),
    ...(demand.windows.length === 0
      ? []
      : [`Executed ${demand.windows.map(describeWindow).join(" or ")}.`]),
    ...(demand.expires_after_hours === null
      ? []
      : [`Expires undecided after ${demand.expires_after_hours} h.`]),
    ...(reminder === null ? [] : [describeReminder(reminder)]),
    ...(demand.allows_auto_approval ? [] : ["Never approved automatically."]),
  ];
}

function describeReminder({
  remind_after_hours,
  escalation,
}: NonNullable<Requirement["reminder"]>) {
  const then =
    escalation === null ? "" : `, escalated to ${escalation.to}s after ${escalation.after_hours} h`;
  return `Approvers are reminded after ${remind_after_hours} h${then}.`;
}

/** Which changes a rule is about. */
export function describeCondition(when: RuleCondition): string {
  const parts = [
    ...(when.risk === undefined ? [] : [`${when.risk.join(" or ")} risk`]),
    ...(when.kinds === undefined
      ? []
      : [`kind ${when.kinds.map((kind) => `“${CHANGE_FACTS[kind].label}”`).join(" or ")}`]),
    ...(when.products === undefined ? [] : [`data product ${when.products.join(" or ")}`]),
    ...(when.tables === undefined ? [] : [`table ${when.tables.join(" or ")}`]),
    ...(when.coverage_below === undefined
      ? []
      : [`coverage below ${formatPercent(when.coverage_below)}`]),
  ];
  const { is_reversible: isReversible } = when;
  if (parts.length === 0 && isReversible === undefined) return "Every change";
  const of = parts.length === 0 ? "" : ` of ${formatList(parts)}`;
  if (isReversible === undefined) return `Changes${of}`;
  return `Changes${of} that ${isReversible ? "can" : "cannot"} be rolled back`;
}

/** What counts as a regression, and what follows from it. */
export function describeRegression(regression: RegressionPolicy): string {
  const { query, roll_back_after_minutes: minutes, wait_after_rollback_hours: hours } = regression;
  const rule = `The whole workload loses at least ${formatPercent(regression.workload_lost_min)} of its time, or queries regress and the whole does not gain${query.overrides_workload ? " (one such query is enough)" : ""}.`;
  const limits = `A query regresses when it is slower by at least ${formatPercent(query.lost_share_min)} and ${formatMs(query.lost_ms_min)}, in ${formatPlural(query.calls_min, "call")} or more, with at least ${formatPercent(query.share_min)} of the workload's time.`;
  const rollback =
    minutes === null
      ? "People decide on the rollback."
      : minutes === 0
        ? "Rolled back automatically."
        : `Rolled back automatically after ${formatPlural(minutes, "minute")}.`;
  const wait =
    hours === 0 ? "" : ` A change that was rolled back is not suggested again for ${hours} h.`;
  return `${rule} ${limits} ${rollback}${wait}`;
}
