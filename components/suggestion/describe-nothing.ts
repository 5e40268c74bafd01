import { formatInterval, formatPlural } from "@/components/format";
import type { Interval, Suggestion } from "@/server/contracts";
import { countMeasured } from "./describe-alternatives";

/** Why there is nothing to do: how much was seen, and how much of it was measured. */
export function describeNothing(suggestion: Pick<Suggestion, "basis" | "alternatives">): string {
  const { basis, alternatives } = suggestion;
  if (basis === "estimate") {
    return alternatives.length === 0
      ? "The rules saw no change in what the request told. Nothing was measured."
      : `The rules left out ${formatPlural(alternatives.length, "change")}, with the reasons below. Nothing was measured.`;
  }
  if (alternatives.length === 0) {
    return "The rules saw no change worth a trial in this schema and workload.";
  }
  const measured = countMeasured(suggestion);
  const rest = alternatives.length - measured;
  const unmeasured = `${formatPlural(rest, "change was", "changes were")} not measured, with the reasons below`;
  if (measured === 0) return `${unmeasured}.`;
  const found = `${formatPlural(measured, "change was", "changes were")} measured on a shadow copy, and none was worth it`;
  return rest === 0 ? `${found}.` : `${found}; ${unmeasured}.`;
}

/** How far the best change came. A loss is not called a saving. */
export function describeBestGain(gain: Interval): string {
  return gain.value > 0
    ? `would save ${formatInterval(gain)} of the workload's time`
    : `would save none of the workload's time: ${formatInterval(gain)}`;
}
