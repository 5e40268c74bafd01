import type { Verdict } from "./verdict";

/** Not measured yet, for lack of time: more of it may show that the candidate pays. */
export function isUntested(verdict: Pick<Verdict, "code"> | null): boolean {
  return verdict?.code === "not_reached" || verdict?.code === "excluded_on_estimate";
}

/** What was asked for may be approved, and slows something by more than the limit. */
export const hasMeasuredCost = (verdict: Pick<Verdict, "code"> | null): boolean =>
  verdict?.code === "fits_with_cost";
