import type { MeasuredEvidence } from "./evidence";

/** From this share of the workload's time on, what was replayed passes for all of it. */
const WHOLE_MIN = 0.95;

/** Does a share (0..1) of the workload's time pass for all of it? */
export const isWhole = (coverage: number): boolean => coverage >= WHOLE_MIN;

/** What a gain of the workload is a gain of, as the beginning of a sentence. */
export function describeScope({
  coverage = 1,
}: Pick<MeasuredEvidence["workload"], "coverage">): string {
  return isWhole(coverage)
    ? "Whole workload"
    : `Of the ${Math.floor(coverage * 100)}% of the workload's time that was replayed:`;
}
