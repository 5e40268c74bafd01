import type { AutoApproval, PolicyEvaluation, PolicyFacts } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { matchesAny } from "./match";

type Judged = PolicyEvaluation["auto_approval"];

/** Whether the policy may approve this by itself, and what stands against it. */
export function judgeAutoApproval(
  limits: AutoApproval,
  facts: PolicyFacts,
  isAllowedByRules: boolean,
): Judged {
  const { mode } = limits;
  if (mode === "off") {
    const reasons = ["Automatic approval is off."];
    return { mode, is_within_limits: false, is_approving: false, reasons };
  }
  const against = [
    ...(isAllowedByRules ? [] : ["A rule that applies leaves the decision to people."]),
    ...ofChanges(limits, facts),
    ...ofEvidence(limits, facts),
    ...ofRecord(limits, facts),
  ];
  const isWithin = against.length === 0;
  return {
    mode,
    is_within_limits: isWithin,
    is_approving: isWithin && mode === "act",
    reasons: isWithin ? ["It is within every limit of automatic approval."] : against,
  };
}

function ofChanges(limits: AutoApproval, { changes, product_id }: PolicyFacts): string[] {
  const isTooRisky = ({ risk }: (typeof changes)[number]) =>
    risk === "high" || (risk === "medium" && limits.risk_max === "low");
  const kinds = changes.filter(({ kind }) => !limits.kinds.includes(kind));
  const tables = changes.filter(({ table }) => !matchesAny(limits.tables, table));
  return [
    ...(changes.length === 0 ? ["It suggests no change."] : []),
    ...(changes.some(isTooRisky) ? [`Its risk is above ${limits.risk_max}.`] : []),
    ...(changes.every(({ is_reversible }) => is_reversible)
      ? []
      : ["It cannot be rolled back completely."]),
    ...kinds.slice(0, 1).map(({ kind }) => `Changes of the kind ${kind} are not among its limits.`),
    ...tables.slice(0, 1).map(({ table }) => `The table ${table} is not among its limits.`),
    ...(product_id !== null && matchesAny(limits.products, product_id)
      ? []
      : ["Its data product is not among the limits."]),
  ];
}

function ofEvidence(limits: AutoApproval, { basis, gain_low, coverage }: PolicyFacts): string[] {
  const { gain_min, coverage_min } = limits;
  if (basis !== "measured") return ["It is an estimate; nothing was measured."];
  const measured = gain_low === null ? "not known" : formatPercent(gain_low);
  const replayed = coverage === null ? "an unknown share" : formatPercent(coverage);
  return [
    ...(gain_low !== null && gain_low >= gain_min
      ? []
      : [
          `The lower end of its measured gain is ${measured}; ${formatPercent(gain_min)} is asked for.`,
        ]),
    ...(coverage !== null && coverage >= coverage_min
      ? []
      : [
          `The test replayed ${replayed} of the workload's time; ${formatPercent(coverage_min)} is asked for.`,
        ]),
  ];
}

function ofRecord(limits: AutoApproval, facts: PolicyFacts): string[] {
  const { confirmed_min, per_day_max } = limits;
  const { confirmed_count, auto_approved_today_count: today, is_stopped } = facts;
  return [
    ...(confirmed_count >= confirmed_min
      ? []
      : [
          `Confirmed executions of its kind on this product: ${formatCount(confirmed_count)} of the ${formatCount(confirmed_min)} that are asked for.`,
        ]),
    ...(today < per_day_max
      ? []
      : [`${formatPlural(today, "automatic approval")} in 24 hours: the limit is reached.`]),
    ...(is_stopped ? ["The emergency stop is on."] : []),
  ];
}
