import type { Verdict } from "@/server/contracts";

import type { EarlierVerdict } from "./judge";

export type { EarlierVerdict };

/** null where no measurement decided: the next proof knows nothing of the change. */
export function earlierVerdict(
  verdict: Pick<Verdict, "basis" | "is_accepted">,
): EarlierVerdict | null {
  if (verdict.basis !== "measured") return null;
  return verdict.is_accepted ? "suggested" : "rejected";
}

/** What a whole proof said, by candidate id, of the changes that it measured. */
export function earlierVerdicts(
  proved: Iterable<{ candidateId: string; verdict: Pick<Verdict, "basis" | "is_accepted"> | null }>,
): Map<string, EarlierVerdict> {
  const verdicts = new Map<string, EarlierVerdict>();
  for (const { candidateId, verdict } of proved) {
    const earlier = verdict && earlierVerdict(verdict);
    if (earlier !== null) verdicts.set(candidateId, earlier);
  }
  return verdicts;
}
