import type { suggestionItems } from "@/drizzle/schema";
import {
  type Candidate,
  hasMeasuredCost,
  type Interval,
  type MeasuredEvidence,
  type QueryEvidence,
  type SuggestionItem,
  type Verdict,
} from "@/server/contracts";
import { formatFactor, formatInterval, formatPercent, formatSignedPercent } from "@/server/format";
import { REGRESSION_MIN } from "@/server/proving";

export type ItemRow = typeof suggestionItems.$inferSelect;

/** One suggested change or alternative as callers see it. */
export function toSuggestionItem(
  row: ItemRow,
  earlier: Pick<SuggestionItem, "rejected_before" | "reverted_before">,
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
    estimated_impact: describeImpact(candidate, row),
    decision_factors: candidate.factors,
    drawbacks: candidate.drawbacks,
    risk: candidate.risk,
    verdict: row.verdict,
    evidence: row.evidence,
    explanation: row.explanation,
    is_approved: row.isApproved,
    ...earlier,
  };
}

/** The specification's two strings, with what they rest on: rules or measurement. */
function describeImpact(
  candidate: Candidate,
  { evidence, verdict }: Pick<ItemRow, "evidence" | "verdict">,
): SuggestionItem["estimated_impact"] {
  if (evidence?.basis === "measured") {
    const gain = combinedGain(evidence.queries.filter((query) => query.is_targeted));
    const shown = gain ?? evidence.workload.gain;
    return {
      query_speedup: formatPercent(shown.value),
      storage_overhead: formatPercent(evidence.storage.overhead),
      time_saved: shown.value,
      storage_added: evidence.storage.overhead,
      basis: "measured",
      query_speedup_interval: `[${formatPercent(shown.low)}, ${formatPercent(shown.high)}]`,
      of: gain === null ? "workload" : "targeted_queries",
      coverage: evidence.workload.coverage ?? null,
      note: verdict === null ? null : describeFit(verdict, evidence),
    };
  }
  return {
    query_speedup: formatPercent(candidate.estimated_gain),
    storage_overhead: formatPercent(candidate.estimated_storage_overhead),
    time_saved: candidate.estimated_gain,
    storage_added: candidate.estimated_storage_overhead,
    basis: "estimate",
    query_speedup_interval: null,
    of: "targeted_queries",
    coverage: null,
    note: null,
  };
}

/**
 * Share of the time of these queries together that is saved: the mean of their gains, each weighed by
 * its time without the change (calls × median). The interval takes their errors for independent, as
 * single measurements of different queries are: weighed half-widths add as squares, each side for
 * itself. null where there are none, or none takes any time.
 */
function combinedGain(queries: QueryEvidence[]): Interval | null {
  const weights = queries.map(({ calls, baseline }) => calls * baseline.median_ms);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return null;
  const weighed = (of: (gain: Interval) => number) =>
    queries.map(({ gain }, at) => ((weights[at] ?? 0) / total) * of(gain));
  const value = weighed((gain) => gain.value).reduce((sum, part) => sum + part, 0);
  return {
    value,
    low: value - Math.hypot(...weighed((gain) => gain.value - gain.low)),
    high: value + Math.hypot(...weighed((gain) => gain.high - gain.value)),
  };
}

/** Of a change that was asked for: what was measured where no gain is to be expected. null: of any other. */
function describeFit(
  verdict: Verdict,
  { workload, insert_cost: inserts, storage }: MeasuredEvidence,
): string | null {
  const isCostly = hasMeasuredCost(verdict);
  if (!isCostly && verdict.code !== "fits") return null;
  const slower = isCostly
    ? `Something gets slower by more than ${formatPercent(REGRESSION_MIN)}: see the first drawback`
    : `Nothing measured got slower beyond ${formatPercent(REGRESSION_MIN)}`;
  const measured =
    workload.baseline_ms === 0
      ? "No query was replayed"
      : `${slower}; the workload gains ${formatInterval(workload.gain)}`;
  const insert = inserts === null ? "" : `; an insert takes ${formatFactor(inserts.ratio)} as long`;
  return `No gain is expected. ${measured}${insert}; storage ${formatSignedPercent(storage.overhead)}.`;
}
