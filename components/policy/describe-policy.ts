import {
  CHANGE_FACTS,
  type MaintenanceWindow,
  type Requirement,
  type RuleCondition,
} from "@/server/contracts";
import { formatList, formatPercent, formatPlural } from "@/server/format";

const NAMES = {
  mon: "Mon",
  tue: "Tue",
  wed: "Wed",
  thu: "Thu",
  fri: "Fri",
  sat: "Sat",
  sun: "Sun",
};

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

function describeWindow({ weekdays, from, to, time_zone }: MaintenanceWindow): string {
  const days = weekdays.length === 7 ? "daily" : weekdays.map((day) => NAMES[day]).join(", ");
  return `${days} ${from}–${to} (${time_zone})`;
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
    ...(when.is_reversible === undefined
      ? []
      : [when.is_reversible ? "reversible" : "not reversible"]),
    ...(when.coverage_below === undefined
      ? []
      : [`coverage below ${formatPercent(when.coverage_below)}`]),
  ];
  return parts.length === 0 ? "Every change" : `Changes of ${formatList(parts)}`;
}
