import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import { type KeyColumn, readKeyColumns } from "./key-columns";
import { makeFinding, rowsText } from "./make-finding";
import type { Subject } from "./profile";
import type { TableCheck } from "./types";

/** With more repeats than this the column is no key, whatever its name. */
const SURPLUS_SHARE_MAX = 0.01;

const REASONS = ["name", "join", "lookup"] as const;

const WHY = {
  name: "Its name says that it identifies the table's rows",
  join: "Queries join it as the side that should have one row for each value",
  lookup: "Queries look single rows up by it, and nearly all its values are distinct",
} as const;

/** Columns used as a key that are not declared one, and hold repeats. */
export const checkDuplicateKeys: TableCheck = async (context, subject) => {
  const { session, queries, subjects } = context;
  const keys = await readKeyColumns(session, queries, subject, subjects, REASONS);
  return keys
    .filter(({ surplusRows }) => surplusRows > 0 && surplusRows <= SURPLUS_SHARE_MAX * subject.rows)
    .map((key) => toFinding(subject, key));
};

function toFinding(subject: Subject, key: KeyColumn) {
  const { column, repeatedValues, surplusRows, rowsOfOneValueMax, reason } = key;
  const sql = quoteIdentifier(column);
  const least = subject.isWhole ? "" : " The sample shows the least there are.";
  const effect =
    reason === "lookup"
      ? "A look-up may answer several rows."
      : "A join on it multiplies rows, and sums over the join count them twice.";
  return makeFinding(subject, {
    kind: "duplicate_key",
    column,
    // A look-up column may repeat by intent (two projects of one name).
    severity: reason === "lookup" ? "info" : "warning",
    title: `${formatPlural(repeatedValues, "value")} of ${subject.table.name}.${column} ${repeatedValues === 1 ? "stands" : "stand"} in more than one row`,
    detail: `${WHY[reason]}, but no constraint does. Of ${rowsText(subject)}, ${formatCount(surplusRows)} repeat a value of another row (${formatPercent(surplusRows / subject.rows)}); the most frequent value stands in ${formatCount(rowsOfOneValueMax)} rows.${least} ${effect}`,
    values: {
      repeated_values: repeatedValues,
      surplus_rows: surplusRows,
      rows_of_one_value_max: rowsOfOneValueMax,
    },
    remedy:
      "Look at the repeated values, merge or correct their rows, then declare the column UNIQUE.",
    sql: `SELECT ${sql}, count(*) AS rows_with_it FROM ${subject.name} WHERE ${sql} IS NOT NULL GROUP BY ${sql} HAVING count(*) > 1 ORDER BY rows_with_it DESC, ${sql} LIMIT 100`,
  });
}
