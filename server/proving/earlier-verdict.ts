import type { Verdict, VerdictCode } from "@/server/contracts";

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

/** What a whole proof said, by candidate id, of the changes that it measured. */
export function earlierVerdicts(
  proved: Iterable<{ candidateId: string; verdict: Pick<Verdict, "code"> | null }>,
): Map<string, EarlierVerdict> {
  const verdicts = new Map<string, EarlierVerdict>();
  for (const { candidateId, verdict } of proved) {
    const earlier = verdict && earlierVerdict(verdict.code);
    if (earlier !== null) verdicts.set(candidateId, earlier);
  }
  return verdicts;
}
