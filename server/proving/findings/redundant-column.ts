import type { WorkloadQuery } from "@/server/advisor";
import { type ColumnSchema, type Finding, isCollated } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import { dropColumn } from "./alter-table";
import { columnBytes } from "./column-bytes";
import { countAll } from "./count";
import { holdsWord } from "./holds-word";
import { makeFinding, rowsText } from "./make-finding";
import type { ColumnProfile, Subject } from "./profile";
import type { CheckContext, TableCheck } from "./types";

/** In a small table a column may well hold one value by chance. */
const ROWS_MIN = 1000;
/** The estimate of one distinct value is never above this. */
const ESTIMATE_OF_ONE_MAX = 2;

/** Columns that tell nothing: no value at all, one value in all rows, or another column's values. */
export const checkRedundantColumns: TableCheck = async (context, subject) => {
  if (subject.rows < ROWS_MIN) return [];
  const found: Finding[] = [];
  const kept: ColumnProfile[] = [];
  for (const profile of subject.columns.filter((one) => !isConstrained(subject, one))) {
    const what = await redundancy(context, subject, profile, kept);
    if (what === null) kept.push(profile);
    else found.push(await toFinding(context, subject, profile, what));
  }
  return found;
};

/** What a constraint names cannot simply go. */
function isConstrained({ table }: Subject, { column }: ColumnProfile): boolean {
  return table.constraints.some(
    (one) => one.type !== "NOT NULL" && one.columns.includes(column.name),
  );
}

async function redundancy(
  { session }: CheckContext,
  subject: Subject,
  { column, present, distinctEstimate }: ColumnProfile,
  kept: readonly ColumnProfile[],
): Promise<string | null> {
  const sql = quoteIdentifier(column.name);
  const row = subject.isWhole ? "row" : "row of the sample";
  if (present === 0) return `holds no value in any ${row}`;
  if (present === subject.rows && distinctEstimate <= ESTIMATE_OF_ONE_MAX) {
    const [distinct] = await countAll(session, subject.name, [`count(DISTINCT ${sql})`]);
    if (distinct === 1) return `holds the same value in every ${row}`;
  }
  const twins = kept.filter(
    (one) =>
      one.column.type === column.type &&
      one.present === present &&
      one.distinctEstimate === distinctEstimate,
  );
  for (const twin of twins) {
    const [unlike] = await countAll(session, subject.name, [
      `count(*) FILTER (${exactly(column)} IS DISTINCT FROM ${exactly(twin.column)})`,
    ]);
    if (unlike === 0) return `equals ${twin.column.name} in every ${row}`;
  }
  return null;
}

/** The bytes of a text whose collation makes different ones equal: dropping it would lose them. */
const exactly = ({ name, type }: ColumnSchema): string =>
  isCollated(type) ? `encode(${quoteIdentifier(name)})` : quoteIdentifier(name);

async function toFinding(
  context: CheckContext,
  subject: Subject,
  { column, present }: ColumnProfile,
  what: string,
): Promise<Finding> {
  const bytes = await columnBytes(context.session, subject, column.name);
  const naming = context.queries.filter(({ shape }) => names(shape, subject, column.name)).length;
  const use =
    naming === 0
      ? "No query of the observed workload names it."
      : `${formatPlural(naming, "query shape")} of the observed workload ${naming === 1 ? "names" : "name"} it.`;
  const { table } = subject;
  const sampled = subject.isWhole ? "" : " Other rows may differ: look at the whole table first.";
  return makeFinding(subject, {
    kind: "redundant_column",
    column: column.name,
    severity: "info",
    title: `${table.name}.${column.name} ${what}`,
    detail: `Looked at ${rowsText(subject)}. The column takes ${bytes === 0 ? "no block of its own" : `about ${formatCount(bytes / 1000)} kB`} of the file. ${use}${sampled}`,
    values: { present_values: present, column_bytes: bytes, naming_query_shapes: naming },
    remedy:
      naming === 0
        ? "Ask whether anything outside the observed workload reads it; if not, drop it."
        : "Change the queries that name it first, then drop it.",
    sql: dropColumn(context.schema, table, column.name),
  });
}

/** By the text: the shape does not tell the columns of HAVING, QUALIFY, INSERT or WHERE of writes. */
function names(
  { sql, tables, selectsStar }: WorkloadQuery["shape"],
  { table }: Subject,
  column: string,
) {
  const isKnownHere = tables.includes(table.name);
  if (selectsStar && isKnownHere) return true;
  // Of a statement that the parser could not read, no tables are known.
  return (isKnownHere || holdsWord(sql, table.name)) && holdsWord(sql, column);
}
