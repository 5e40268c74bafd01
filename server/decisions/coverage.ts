import { isAdvice, type Suggestion } from "@/server/contracts";
import { formatPercent } from "@/server/format";
import { AppError, type Settings } from "@/server/platform";
import type { ItemRow } from "./item-view";

type Limit = Pick<Settings, "APPROVAL_COVERAGE_MIN">;
export type AcknowledgedCoverage = NonNullable<Suggestion["coverage"]>;

/**
 * The least share of the workload's time that the measurements of these changes speak for, and what is
 * asked for; null where none was measured, or none that tells. Advice is not executed: nothing is
 * asked of it.
 */
export function coverageOf(
  items: readonly Pick<ItemRow, "candidate" | "evidence">[],
  { APPROVAL_COVERAGE_MIN: required }: Limit,
): Suggestion["coverage"] {
  const shares = items.flatMap(({ evidence }) =>
    evidence?.basis === "measured" && evidence.workload.coverage !== undefined
      ? [evidence.workload.coverage]
      : [],
  );
  if (shares.length === 0) return null;
  const share = Math.min(...shares);
  const isExecutable = items.some(({ candidate }) => !isAdvice(candidate.change));
  return { share, required, is_too_low: isExecutable && share < required };
}

/**
 * Refuses changes that would be executed on too little evidence. Answers what was acknowledged; null
 * where nothing had to be. Throws `coverage_too_low`.
 */
export function checkCoverage(
  items: readonly Pick<ItemRow, "candidate" | "evidence">[],
  limit: Limit,
  isAcknowledged: boolean,
): AcknowledgedCoverage | null {
  const coverage = coverageOf(items, limit);
  if (coverage === null || !coverage.is_too_low) return null;
  if (isAcknowledged) return coverage;
  const { share, required } = coverage;
  throw new AppError(
    "coverage_too_low",
    `The test replayed ${formatPercent(share)} of the workload's time, and ${formatPercent(required)} is asked for: what these changes do to the other queries was not measured.`,
    { details: { coverage: share, required } },
  );
}
