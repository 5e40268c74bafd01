import type { VerdictCode } from "@/server/contracts";

/** What a proof said of a change, for the next one of the same question. */
export type EarlierVerdict = "suggested" | "rejected";

/** By their measurements, alone or beside others; the other codes say that there was none. */
const REJECTED: ReadonlySet<VerdictCode> = new Set([
  "gain_below_threshold",
  "interval_includes_zero",
  "slower",
  "regresses_query",
  "results_differ",
  "cost_exceeds_gain",
  "superseded_by_set",
]);

/** null where the change was not measured: the next proof knows nothing of it. */
export function earlierVerdict(code: VerdictCode): EarlierVerdict | null {
  if (code === "passed") return "suggested";
  return REJECTED.has(code) ? "rejected" : null;
}
