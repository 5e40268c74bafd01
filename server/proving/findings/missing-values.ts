import { formatCount, formatPercent } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import { makeFinding, rowsText } from "./make-finding";
import type { TableCheck } from "./types";

/**
 * A column filled in 95% of the rows or more seems meant to be filled always; with more gaps than
 * that, NULL is an ordinary value of it, and saying so would be noise.
 */
const NULL_SHARE_MAX = 0.05;
/** Fewer rows tell nothing about what is meant. */
const ROWS_MIN = 100;

/** Columns that are almost always filled, but not quite. */
export const checkMissingValues: TableCheck = async (_, subject) => {
  const { table, name, rows } = subject;
  if (rows < ROWS_MIN) return [];
  return subject.columns.flatMap(({ column, present }) => {
    const missing = rows - present;
    const share = missing / rows;
    if (!column.nullable || missing === 0 || share > NULL_SHARE_MAX) return [];
    const sql = quoteIdentifier(column.name);
    return makeFinding(subject, {
      kind: "missing_values",
      column: column.name,
      severity: "warning",
      title: `${table.name}.${column.name} is missing in ${formatCount(missing)} rows`,
      detail: `${formatCount(missing)} of ${rowsText(subject)} have no value (${formatPercent(share)}), where all others have one. Aggregates leave these rows out, and joins and comparisons on the column lose them.`,
      values: { missing_rows: missing, missing_share: share },
      remedy: `Look at the rows, fill them in, then declare the column NOT NULL; or say in the product's description what a missing value means.`,
      sql: `SELECT * FROM ${name} WHERE ${sql} IS NULL LIMIT 100`,
    });
  });
};
