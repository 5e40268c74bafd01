import type { suggestionItems } from "@/drizzle/schema";
import type { Candidate, Evidence, Interval, SuggestionItem } from "@/server/contracts";

export type ItemRow = typeof suggestionItems.$inferSelect;

/** One suggested change or alternative as callers see it. */
export function toSuggestionItem(
  row: ItemRow,
  rejectedBefore: SuggestionItem["rejected_before"],
): SuggestionItem {
  const { candidate } = row;
  return {
    item_id: row.id,
    candidate_id: candidate.candidate_id,
    type: candidate.change.kind,
    change: candidate.change,
    table: candidate.change.table,
    target: candidate.target,
    title: candidate.title,
    reason: candidate.reason,
    execution_sql: candidate.plan.statements.join("\n"),
    revert_sql: candidate.plan.is_reversible ? candidate.plan.revert_statements.join("\n") : null,
    estimated_impact: describeImpact(candidate, row.evidence),
    decision_factors: candidate.factors,
    counter_indications: candidate.counter_indications,
    risk: candidate.risk,
    verdict: row.verdict,
    evidence: row.evidence,
    explanation: row.explanation,
    is_approved: row.isApproved,
    rejected_before: rejectedBefore,
  };
}

/** The specification's two strings, with what they rest on: rules or measurement. */
function describeImpact(
  candidate: Candidate,
  evidence: Evidence | null,
): SuggestionItem["estimated_impact"] {
  if (evidence?.basis === "measured") {
    const gain = targetedGain(evidence.queries.filter((query) => query.is_targeted));
    const shown = gain ?? evidence.workload.gain;
    return {
      query_speedup: percent(shown.value),
      storage_overhead: percent(evidence.storage.overhead),
      basis: "measured",
      query_speedup_interval: `[${percent(shown.low)}, ${percent(shown.high)}]`,
    };
  }
  return {
    query_speedup: percent(candidate.estimated_gain),
    storage_overhead: percent(candidate.estimated_storage_overhead),
    basis: "estimate",
    query_speedup_interval: null,
  };
}

/** Gain of the targeted query that weighs most (calls × baseline latency). */
function targetedGain(
  targeted: { calls: number; baseline: { median_ms: number }; gain: Interval }[],
): Interval | null {
  let best: { weight: number; gain: Interval } | null = null;
  for (const query of targeted) {
    const weight = query.calls * query.baseline.median_ms;
    if (best === null || weight > best.weight) best = { weight, gain: query.gain };
  }
  return best?.gain ?? null;
}

function percent(fraction: number): string {
  const value = fraction * 100;
  const digits = Math.abs(value) >= 10 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)}%`;
}
