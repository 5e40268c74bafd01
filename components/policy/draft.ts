import type { ApproverRole, MaintenanceWindow, PolicyRule, Requirement } from "@/server/contracts";

/** How many of a role a requirement asks for. */
export const countOf = ({ approvals }: Requirement, role: ApproverRole): number =>
  approvals.filter((step) => step.role === role).reduce((sum, { count }) => sum + count, 0);

/** The requirement with another number for a role; 0: none of it. */
export function withCount<Of extends Requirement>(
  demand: Of,
  role: ApproverRole,
  count: number,
): Of {
  const others = demand.approvals.filter((step) => step.role !== role);
  return { ...demand, approvals: count > 0 ? [...others, { role, count }] : others };
}

const NO_DEMAND: Requirement = {
  ...{ approvals: [], requester_may_approve: true, acknowledge_alone: false, windows: [] },
  ...{ expires_after_hours: null, reminder: null, allows_auto_approval: true },
};

export const newRule = (name: string): PolicyRule => ({ ...NO_DEMAND, name, when: {} });

export const newWindow = (timeZone: string): MaintenanceWindow => ({
  ...{ time_zone: timeZone, weekdays: ["sat", "sun"], from: "02:00", to: "04:00" },
});

/** `orders, cust*` as patterns; nothing written: undefined. */
export function parsePatterns(text: string): string[] | undefined {
  const patterns = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return patterns.length === 0 ? undefined : patterns;
}

/** Without the keys that say nothing. */
export function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== undefined),
  ) as Value;
}
