import type { WorkloadQuery } from "@/server/advisor";
import { isInteger } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import type { Session } from "../measure/shadow";
import { type ColumnProfile, countAll, type TableCheck, type TableProfile } from "./check-context";
import { isDate, isDeclaredUnique, isNamedAsKey, isNumeric } from "./column-kinds";
import { makeFinding, rowsText } from "./make-finding";

type KeyReason = "name" | "join" | "lookup";

/** A column that seems to identify rows, is not declared unique, and what was counted of it. */
export interface KeyColumn {
  column: string;
  reason: KeyReason;
  /** Values that occur in more than one row. */
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
  profile: TableProfile,
  profiles: readonly TableProfile[],
  reasons: readonly KeyReason[],
): Promise<KeyColumn[]> {
  if (profile.rows < ROWS_MIN) return [];
  const found: KeyColumn[] = [];
  for (const columnProfile of profile.columns) {
    const { name } = columnProfile.column;
    const reason = keyReason(queries, profile, columnProfile, profiles);
    if (reason === null || !reasons.includes(reason)) continue;
    if (isDeclaredUnique(profile.table, name)) continue;
    found.push({ column: name, reason, ...(await countRepeats(session, profile, name)) });
  }
  return found;
}

async function countRepeats(session: Session, profile: TableProfile, column: string) {
  const sql = quoteIdentifier(column);
  const groups = `(SELECT count(*) AS n FROM ${profile.name} WHERE ${sql} IS NOT NULL GROUP BY ${sql} HAVING count(*) > 1)`;
  const [repeatedValues = 0, surplusRows = 0, rowsOfOneValueMax = 1] = await countAll(
    session,
    groups,
    ["count(*)", "coalesce(sum(n - 1), 0)", "coalesce(max(n), 1)"],
  );
  return { repeatedValues, surplusRows, rowsOfOneValueMax };
}

function keyReason(
  queries: readonly WorkloadQuery[],
  profile: TableProfile,
  columnProfile: ColumnProfile,
  profiles: readonly TableProfile[],
): KeyReason | null {
  const { name, type } = columnProfile.column;
  if (columnProfile.distinctEstimate < DISTINCT_SHARE_MIN * Math.max(1, columnProfile.present))
    return null;
  if (isNamedAsKey(profile.table.name, name)) return "name";
  if (isOneSide(queries, profile, columnProfile, profiles)) return "join";
  // Amounts and dates may be all but distinct by chance.
  if (isDate(type) || (isNumeric(type) && !isInteger(type))) return null;
  return isLookedUp(queries, profile.table.name, name) ? "lookup" : null;
}

/** Joined with a column of another table that repeats its values. */
function isOneSide(
  queries: readonly WorkloadQuery[],
  { table }: TableProfile,
  { column }: ColumnProfile,
  profiles: readonly TableProfile[],
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
      const partner = profiles
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

/** With more repeats than this the column is not a key, even if named like one. */
const SURPLUS_SHARE_MAX = 0.01;

const REASONS = ["name", "join", "lookup"] as const;

const WHY = {
  name: "Its name says that it identifies the table's rows",
  join: "Queries join it as the side that should have one row for each value",
  lookup: "Queries look single rows up by it, and nearly all its values are distinct",
} as const;

/** Columns used as a key that are not declared one, and hold repeats. */
export const checkDuplicateKeys: TableCheck = async (context, profile) => {
  const { session, queries, profiles } = context;
  const keys = await readKeyColumns(session, queries, profile, profiles, REASONS);
  return keys
    .filter(({ surplusRows }) => surplusRows > 0 && surplusRows <= SURPLUS_SHARE_MAX * profile.rows)
    .map((key) => toFinding(profile, key));
};

function toFinding(profile: TableProfile, key: KeyColumn) {
  const { column, repeatedValues, surplusRows, rowsOfOneValueMax, reason } = key;
  const sql = quoteIdentifier(column);
  const least = profile.isWhole ? "" : " The whole table may hold more.";
  const effect =
    reason === "lookup"
      ? "A look-up may return several rows."
      : "A join on it multiplies rows, and sums over the join count them twice.";
  return makeFinding(profile, {
    kind: "duplicate_key",
    column,
    // A look-up column may repeat by intent (two projects of one name).
    severity: reason === "lookup" ? "info" : "warning",
    title: `${formatPlural(repeatedValues, "duplicate value")} in ${profile.table.name}.${column}`,
    detail: `${WHY[reason]}, but no constraint does. Of ${rowsText(profile)}, ${formatCount(surplusRows)} repeat a value of another row (${formatPercent(surplusRows / profile.rows)}); the most frequent value occurs in ${formatCount(rowsOfOneValueMax)} rows.${least} ${effect}`,
    values: {
      repeated_values: repeatedValues,
      surplus_rows: surplusRows,
      rows_of_one_value_max: rowsOfOneValueMax,
    },
    remedy:
      "Review the duplicate values, merge or correct their rows, then declare the column UNIQUE.",
    sql: `SELECT ${sql}, count(*) AS rows_with_it FROM ${profile.name} WHERE ${sql} IS NOT NULL GROUP BY ${sql} HAVING count(*) > 1 ORDER BY rows_with_it DESC, ${sql} LIMIT 100`,
  });
}
