import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import type { TableCheck } from "./check-context";
import { makeFinding, rowsText } from "./make-finding";

/**
 * A column filled in 95% of the rows or more seems meant to be filled always; with more gaps than
 * that, NULL is an ordinary value of it, and saying so would be noise.
 */
const NULL_SHARE_MAX = 0.05;
/** With fewer rows the intent cannot be inferred. */
const ROWS_MIN = 100;

/** Columns that are almost always filled, but not quite. */
export const checkMissingValues: TableCheck = async (_, profile) => {
  const { table, name, rows } = profile;
  if (rows < ROWS_MIN) return [];
  return profile.columns.flatMap(({ column, present }) => {
    const missing = rows - present;
    const share = missing / rows;
    if (!column.nullable || missing === 0 || share > NULL_SHARE_MAX) return [];
    const sql = quoteIdentifier(column.name);
    return makeFinding(profile, {
      kind: "missing_values",
      column: column.name,
      severity: "warning",
      title: `${table.name}.${column.name} is missing in ${formatPlural(missing, "row")}`,
      detail: `${formatCount(missing)} of ${rowsText(profile)} ${missing === 1 ? "has" : "have"} no value (${formatPercent(share)}); all others have one. Aggregates ignore these rows, and joins and comparisons on the column drop them.`,
      values: { missing_rows: missing, missing_share: share },
      remedy:
        "Review the rows and fill them in, then declare the column NOT NULL; or document what a missing value means.",
      sql: `SELECT * FROM ${name} WHERE ${sql} IS NULL LIMIT 100`,
    });
  });
};
