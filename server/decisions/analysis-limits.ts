import { type proposeCandidates, weightsOf } from "@/server/advisor";
import type { LimitedAnalysis } from "@/server/contracts";
import { formatCount, formatList, formatPercent } from "@/server/format";
import type { ReadWorkload } from "./describe-queries";

/** What an analysis left out of its question. */
export type AnalysisLimits = Omit<LimitedAnalysis, "code" | "message">;

const NOTHING = { left_out: 0, of: 0 };
export const NO_LIMITS: AnalysisLimits = {
  shapes: { ...NOTHING, time_share: 0 },
  tables: NOTHING,
  columns: NOTHING,
  values: NOTHING,
  candidates: NOTHING,
};

/** Shapes of a workload that were not read, and their share of its time. */
export function countShapes({ queries, leftOut }: ReadWorkload): AnalysisLimits["shapes"] {
  const weights = weightsOf(queries);
  const share = [...leftOut].reduce((sum, query) => sum + (weights.get(query) ?? 0), 0);
  return { left_out: leftOut.size, of: queries.length, time_share: Math.min(1, share) };
}

/** More changes than these are not tested in one proof, or suggested; no more excluded ones are listed. */
const CANDIDATES_MAX = 300;

type Proposed = ReturnType<typeof proposeCandidates>;

/** The changes that most is expected of, and how many others there are. */
export function limitCandidates({ candidates, excluded, columns }: Proposed) {
  const kept = {
    candidates: candidates.slice(0, CANDIDATES_MAX),
    excluded: excluded.slice(0, CANDIDATES_MAX),
  };
  const of = candidates.length + excluded.length;
  const left_out = of - kept.candidates.length - kept.excluded.length;
  return { ...kept, limits: { columns, candidates: { left_out, of } } };
}

const MORE_TIME = " A larger time budget (budget_seconds, up to PROOF_SECONDS_MAX) can cover more.";

/** As a warning of the suggestion, in counts; null: nothing was left out. */
export function describeLimits(
  limits: AnalysisLimits,
  { isProof }: { isProof: boolean },
): LimitedAnalysis | null {
  const { shapes, tables, columns, values, candidates } = limits;
  const counted = [
    [shapes, `query shapes (${formatPercent(shapes.time_share)} of the workload's time)`],
    [tables, "tables"],
    [columns, "columns that queries use"],
    [values, "text columns with few values"],
    [candidates, "possible changes"],
  ] as const;
  const parts = counted
    .filter(([{ left_out }]) => left_out > 0)
    .map(([{ left_out, of }, noun]) => `${formatCount(left_out)} of ${formatCount(of)} ${noun}`);
  if (parts.length === 0) return null;
  const message = `This analysis left out ${formatList(parts)}: what takes most of the workload's time comes first.${isProof ? MORE_TIME : ""}`;
  return { code: "limited_analysis", ...limits, message };
}
