import type { Verdict, VerdictCode } from "@/server/contracts";

/** It does harm; what could not be measured may. */
export const HARMFUL: ReadonlySet<VerdictCode> = new Set([
  "slower",
  "regresses_query",
  "results_differ",
  "not_measurable",
]);

/** A verdict that does not accept. */
export function rejection(code: VerdictCode, reason: string): Verdict {
  return { code, is_accepted: false, reason };
}
