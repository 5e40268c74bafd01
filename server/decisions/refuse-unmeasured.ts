import type { ProofResult } from "@/server/contracts";
import { AppError } from "@/server/platform";

/**
 * Why a proof is none: its time ended before one of its candidates was measured, and "nothing to do"
 * would be said of a busy machine. null where one was, or where there was nothing to try.
 */
export function refuseUnmeasured(
  { accepted, alternatives }: Pick<ProofResult, "accepted" | "alternatives">,
  { candidates, secondsMax }: { candidates: number; secondsMax: number },
): AppError | null {
  const judged = [...accepted, ...alternatives].some(
    ({ verdict }) => verdict.code !== "not_reached" && verdict.code !== "excluded_by_rule",
  );
  if (candidates === 0 || judged) return null;
  return new AppError(
    "timeout",
    `The ${secondsMax} s of this proof ended before one of ${candidates} changes was measured: the machine is busy, or the tables are large. More time is given by budget_seconds, up to PROOF_SECONDS_MAX.`,
  );
}
