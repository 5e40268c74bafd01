import type { WorkloadQuery } from "@/server/advisor";
import { isInteger } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import type { Session } from "../measure/shadow";
import { isDate, isDeclaredUnique, isNamedAsKey, isNumeric } from "./column-kinds";
import { countAll } from "./count";
import type { ColumnProfile, Subject } from "./profile";

type KeyReason = "name" | "join" | "lookup";

/** A column that seems to identify rows, is not declared unique, and what was counted of it. */
export interface KeyColumn {
  column: string;
  reason: KeyReason;
  /** Values that stand in more than one row. */
  repeatedValues: number;
  /** Rows beyond the first of each value. */
  surplusRows: number;
  /** Rows of the most frequent value. */
  rowsOfOneValueMax: number;
}

/** Estimates below this share of the rows are surely not distinct (the estimate errs by 20%). */
const DISTINCT_SHARE_MIN = 0.7;
const ROWS_MIN = 100;

/**
 * Columns that look like a key, counted exactly: by name, as the "one" side of a join, or because
 * queries look single rows up by them.
 */
export async function readKeyColumns(
  session: Session,
  queries: readonly WorkloadQuery[],
  subject: Subject,
  subjects: readonly Subject[],
  reasons: readonly KeyReason[],
): Promise<KeyColumn[]> {
  if (subject.rows < ROWS_MIN) return [];
  const found: KeyColumn[] = [];
  for (const profile of subject.columns) {
    const { name } = profile.column;
    const reason = keyReason(queries, subject, profile, subjects);
    if (reason === null || !reasons.includes(reason)) continue;
    if (isDeclaredUnique(subject.table, name)) continue;
    found.push({ column: name, reason, ...(await countRepeats(session, subject, name)) });
  }
  return found;
}

async function countRepeats(session: Session, subject: Subject, column: string) {
  const sql = quoteIdentifier(column);
  const groups = `(SELECT count(*) AS n FROM ${subject.name} WHERE ${sql} IS NOT NULL GROUP BY ${sql} HAVING count(*) > 1)`;
  const [repeatedValues = 0, surplusRows = 0, rowsOfOneValueMax = 1] = await countAll(
    session,
    groups,
    ["count(*)", "coalesce(sum(n - 1), 0)", "coalesce(max(n), 1)"],
  );
  return { repeatedValues, surplusRows, rowsOfOneValueMax };
}

function keyReason(
  queries: readonly WorkloadQuery[],
  subject: Subject,
  profile: ColumnProfile,
  subjects: readonly Subject[],
): KeyReason | null {
  const { name, type } = profile.column;
  if (profile.distinctEstimate < DISTINCT_SHARE_MIN * Math.max(1, profile.present)) return null;
  if (isNamedAsKey(subject.table.name, name)) return "name";
  if (isOneSide(queries, subject, profile, subjects)) return "join";
  // Amounts and dates may be all but distinct by chance.
  if (isDate(type) || (isNumeric(type) && !isInteger(type))) return null;
  return isLookedUp(queries, subject.table.name, name) ? "lookup" : null;
}

/** Joined with a column of another table that repeats its values. */
function isOneSide(
  queries: readonly WorkloadQuery[],
  { table }: Subject,
  { column }: ColumnProfile,
  subjects: readonly Subject[],
): boolean {
  // IN and EXISTS answer the same however often the other side repeats a value.
  const joins = queries.flatMap(({ shape }) => shape.joins.filter((one) => !one.isMembership));
  return joins.some(({ left, right }) =>
    [
      { own: left, other: right },
      { own: right, other: left },
    ].some(({ own, other }) => {
      if (own.table !== table.name || own.column !== column.name) return false;
      if (other.table === table.name) return false;
      const partner = subjects
        .find((one) => one.table.name === other.table)
        ?.columns.find((one) => one.column.name === other.column);
      if (partner === undefined) return false;
      return partner.distinctEstimate < DISTINCT_SHARE_MIN * partner.present;
    }),
  );
}

function isLookedUp(queries: readonly WorkloadQuery[], table: string, column: string): boolean {
  return queries.some(({ shape }) =>
    shape.filters.some(
      (filter) =>
        filter.table === table &&
        filter.column === column &&
        filter.operator === "equals" &&
        filter.wrappedBy === null,
    ),
  );
}
