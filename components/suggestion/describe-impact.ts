import type { SuggestionItem } from "@/server/contracts";

/** What a change is expected to save and to cost: with its interval, of what, and how it is known. */
export function describeImpact(impact: SuggestionItem["estimated_impact"]): string {
  const { query_speedup: gain, query_speedup_interval: interval, storage_overhead } = impact;
  const how = impact.basis === "measured" ? "measured" : "estimated, not measured";
  const where = impact.of === "workload" ? "in the whole workload" : "in its queries";
  const saved = interval === null ? gain : `${gain} ${interval}`;
  return `${how}: ${saved} less time ${where}, ${storage_overhead} storage`;
}
