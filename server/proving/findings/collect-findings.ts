import type { Finding } from "@/server/contracts";
import type { CheckContext, FindingInput, TableCheck } from "./check-context";
import { readTableProfile, type TableProfile } from "./check-context";
import { checkImpossibleDates } from "./impossible-dates";
import { checkDuplicateKeys } from "./keys";
import { checkMemoryLimit } from "./memory-limit";
import { checkMissingValues } from "./missing-values";
import { checkOrphanRows } from "./orphan-rows";
import { checkOutliers } from "./outliers";
import { checkRedundantColumns } from "./redundant-column";
import { checkRowGroupSize } from "./row-group-size";
import { checkTextDates } from "./text-dates";
import { checkThreads } from "./threads";
import { checkUndeclaredConstraints } from "./undeclared-constraint";

/** Most important first: time may run out before the last. */
const TABLE_CHECKS: Record<string, TableCheck> = {
  missing_values: checkMissingValues,
  duplicate_key: checkDuplicateKeys,
  orphan_rows: checkOrphanRows,
  outliers: checkOutliers,
  impossible_dates: checkImpossibleDates,
  text_dates: checkTextDates,
  redundant_column: checkRedundantColumns,
  undeclared_constraint: checkUndeclaredConstraints,
};

const PRODUCT_CHECKS: Record<string, (context: CheckContext) => Promise<Finding[]>> = {
  memory_limit: checkMemoryLimit,
  threads: checkThreads,
  row_group_size: checkRowGroupSize,
};

const SEVERITIES = ["critical", "warning", "info"] as const;

/**
 * Looks for data quality problems and waste in the shadow copy, and in the product's settings. Every
 * number is counted or timed here. Stops between two checks once time is up; a check that was not
 * reached, or failed (`onError`), claims nothing. Sorted by severity, then id: the same input gives
 * the same findings. Throws only the signal's reason.
 */
export async function collectFindings(input: FindingInput): Promise<Finding[]> {
  const profiles = await readTableProfiles(input);
  const context = { ...input, profiles };
  const found: Finding[] = [];
  for (const [check, run] of Object.entries(TABLE_CHECKS)) {
    for (const profile of profiles) {
      const findings = await attempt(input, check, () => run(context, profile));
      found.push(...(findings ?? []));
    }
  }
  for (const [check, run] of Object.entries(PRODUCT_CHECKS)) {
    found.push(...((await attempt(input, check, () => run(context))) ?? []));
  }
  return found.sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      (a.finding_id < b.finding_id ? -1 : 1),
  );
}

async function readTableProfiles(input: FindingInput): Promise<TableProfile[]> {
  const profiles: TableProfile[] = [];
  for (const loaded of input.tables) {
    const profile = await attempt(input, "profile", () => readTableProfile(input.session, loaded));
    if (profile !== null && profile.rows > 0) profiles.push(profile);
  }
  return profiles;
}

/** null: time was up, or the check failed. */
async function attempt<T>(
  input: FindingInput,
  check: string,
  run: () => Promise<T>,
): Promise<T | null> {
  input.signal.throwIfAborted();
  if (input.isTimeUp()) return null;
  try {
    return await run();
  } catch (error) {
    input.signal.throwIfAborted();
    input.onError(check, error);
    return null;
  }
}
