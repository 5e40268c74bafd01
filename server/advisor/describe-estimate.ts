import type { Candidate } from "@/server/contracts";

/** Rules without a measurement never claim more than this; a model's chances are calibrated. */
const CONFIDENCE_MAX = 0.6;

/**
 * Confidence of an answer given without data: the mean chance that its candidates pay, weighted by
 * the gain they promise (a large promise must be the surer one), at most 0.6 where the rules
 * estimated; 0 for no candidates.
 */
export function describeEstimate(candidates: Candidate[]): { confidence: number } {
  const weight = candidates.reduce((sum, each) => sum + each.estimated_gain, 0);
  if (weight === 0) return { confidence: 0 };
  const chance =
    candidates.reduce((sum, each) => sum + each.prior * each.estimated_gain, 0) / weight;
  const isByModel = candidates.every((each) => each.estimated_by !== undefined);
  const claimed = isByModel ? chance : Math.min(CONFIDENCE_MAX, chance);
  return { confidence: Math.round(claimed * 100) / 100 };
}
