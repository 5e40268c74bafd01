import type { Finding } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import type { TableCheck } from "./check-context";
import { countAll } from "./check-context";
import { isDate } from "./column-kinds";
import { makeFinding, rowsText } from "./make-finding";

const FIRST_DAY = "1900-01-01";
const YEARS_AHEAD = 50;
/** More than this share is a convention (`9999-12-31` for "without end"), no mistake. */
const SHARE_MAX = 0.01;

/** Days before 1900, or more than 50 years from now. */
export const checkImpossibleDates: TableCheck = async ({ session, now }, profile) => {
  const columns = profile.columns.filter(({ column }) => isDate(column.type));
  const lastDay = `${now.getUTCFullYear() + YEARS_AHEAD}-12-31`;
  const counts = await countAll(
    session,
    profile.name,
    columns.flatMap(({ column }) => {
      const day = dayOf(column.name);
      return [
        `count(*) FILTER (${day} < DATE '${FIRST_DAY}')`,
        `count(*) FILTER (${day} > DATE '${lastDay}')`,
      ];
    }),
  );
  return columns.flatMap(({ column, present }, index): Finding[] => {
    const [early = 0, late = 0] = counts.slice(2 * index, 2 * index + 2);
    const count = early + late;
    if (count === 0 || count > SHARE_MAX * present) return [];
    const parts = [
      ...(early > 0 ? [`${formatPlural(early, "value")} before ${FIRST_DAY}`] : []),
      ...(late > 0 ? [`${formatPlural(late, "value")} after ${lastDay}`] : []),
    ];
    const day = dayOf(column.name);
    return [
      makeFinding(profile, {
        kind: "outliers",
        column: column.name,
        severity: "warning",
        title: `${formatPlural(count, "implausible date")} in ${profile.table.name}.${column.name}`,
        detail: `Of ${rowsText(profile)}: ${parts.join(" and ")}. They widen the zone maps of their row groups, and appear in every report without an end date.`,
        values: { early_values: early, late_values: late },
        remedy: "Review the rows and correct them: a two-digit year or a placeholder is likely.",
        sql: `SELECT * FROM ${profile.name} WHERE ${day} < DATE '${FIRST_DAY}' OR ${day} > DATE '${lastDay}' LIMIT 100`,
      }),
    ];
  });
};

/** Infinity is a value of its own in DuckDB, chosen on purpose: it becomes NULL here. */
function dayOf(column: string): string {
  const sql = quoteIdentifier(column);
  return `(CASE WHEN isfinite(${sql}) THEN ${sql}::DATE END)`;
}
