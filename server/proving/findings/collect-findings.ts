import type { Finding } from "@/server/contracts";
import { checkDuplicateKeys } from "./duplicate-key";
import { checkImpossibleDates } from "./impossible-dates";
import { checkMemoryLimit } from "./memory-limit";
import { checkMissingValues } from "./missing-values";
import { checkOrphanRows } from "./orphan-rows";
import { checkOutliers } from "./outliers";
import { readSubject, type Subject } from "./profile";
import { checkRedundantColumns } from "./redundant-column";
import { checkRowGroupSize } from "./row-group-size";
import { checkTextDates } from "./text-dates";
import { checkThreads } from "./threads";
import type { CheckContext, FindingInput, TableCheck } from "./types";
import { checkUndeclaredConstraints } from "./undeclared-constraint";

/** What weighs more comes first: time may end before the last. */
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
 * Looks for faults and waste in the data of the shadow, and in what the product runs with. Each
 * number is counted or timed here. Stops between two checks once time is up; what was not looked
 * at, or could not be, is not claimed (`onError` is told). Sorted by severity, then id: the same
 * input gives the same findings. Throws only the signal's reason.
 */
export async function collectFindings(input: FindingInput): Promise<Finding[]> {
  const subjects = await readSubjects(input);
  const context = { ...input, subjects };
  const found: Finding[] = [];
  for (const [check, run] of Object.entries(TABLE_CHECKS)) {
    for (const subject of subjects) {
      const findings = await attempt(input, check, () => run(context, subject));
      found.push(...(findings ?? []));
    }
  }
  for (const [check, run] of Object.entries(PRODUCT_CHECKS)) {
    found.push(...((await attempt(input, check, () => run(context))) ?? []));
  }
  return found.sort(
    (one, other) =>
      SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
      (one.finding_id < other.finding_id ? -1 : 1),
  );
}

async function readSubjects(input: FindingInput): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const loaded of input.tables) {
    const subject = await attempt(input, "profile", () => readSubject(input.session, loaded));
    if (subject !== null && subject.rows > 0) subjects.push(subject);
  }
  return subjects;
}

/** null: no time was left, or it failed. */
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
