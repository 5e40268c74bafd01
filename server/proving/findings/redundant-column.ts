import type { WorkloadQuery } from "@/server/advisor";
import { type ColumnSchema, type Finding, isCollated } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";
import { holdsWord, quoteIdentifier, quoteLiteral } from "@/server/sql";
import type { Session } from "../measure/shadow";
import { dropColumn } from "./alter-table";
import {
  type CheckContext,
  type ColumnProfile,
  countAll,
  STATEMENT_MS,
  type TableCheck,
  type TableProfile,
} from "./check-context";
import { makeFinding, rowsText } from "./make-finding";

/** In a small table a column may well hold one value by chance. */
const ROWS_MIN = 1000;
/** The estimate of one distinct value is never above this. */
const ESTIMATE_OF_ONE_MAX = 2;

/** Columns without information: no value at all, one value in all rows, or another column's values. */
export const checkRedundantColumns: TableCheck = async (context, profile) => {
  if (profile.rows < ROWS_MIN) return [];
  const found: Finding[] = [];
  const kept: ColumnProfile[] = [];
  for (const columnProfile of profile.columns.filter((one) => !isConstrained(profile, one))) {
    const what = await redundancy(context, profile, columnProfile, kept);
    if (what === null) kept.push(columnProfile);
    else found.push(await toFinding(context, profile, columnProfile, what));
  }
  return found;
};

/** What a constraint names cannot simply go. */
function isConstrained({ table }: TableProfile, { column }: ColumnProfile): boolean {
  return table.constraints.some(
    (one) => one.type !== "NOT NULL" && one.columns.includes(column.name),
  );
}

async function redundancy(
  { session }: CheckContext,
  profile: TableProfile,
  { column, present, distinctEstimate }: ColumnProfile,
  kept: readonly ColumnProfile[],
): Promise<string | null> {
  const sql = quoteIdentifier(column.name);
  const row = profile.isWhole ? "row" : "row of the sample";
  if (present === 0) return `holds no value in any ${row}`;
  if (present === profile.rows && distinctEstimate <= ESTIMATE_OF_ONE_MAX) {
    const [distinct] = await countAll(session, profile.name, [`count(DISTINCT ${sql})`]);
    if (distinct === 1) return `holds the same value in every ${row}`;
  }
  const twins = kept.filter(
    (one) =>
      one.column.type === column.type &&
      one.present === present &&
      one.distinctEstimate === distinctEstimate,
  );
  for (const twin of twins) {
    const [unlike] = await countAll(session, profile.name, [
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
  profile: TableProfile,
  { column, present }: ColumnProfile,
  what: string,
): Promise<Finding> {
  const bytes = await columnBytes(context.session, profile, column.name);
  const naming = context.queries.filter(({ shape }) => names(shape, profile, column.name)).length;
  const use =
    naming === 0
      ? "No query of the observed workload names it."
      : `${formatPlural(naming, "query shape")} of the observed workload ${naming === 1 ? "names" : "name"} it.`;
  const { table } = profile;
  const sampled = profile.isWhole ? "" : " Other rows may differ: look at the whole table first.";
  return makeFinding(profile, {
    kind: "redundant_column",
    column: column.name,
    severity: "info",
    title: `${table.name}.${column.name} ${what}`,
    detail: `Looked at ${rowsText(profile)}. The column takes ${bytes === 0 ? "no block of its own" : `about ${formatCount(bytes / 1000)} kB`} of the file. ${use}${sampled}`,
    values: { present_values: present, column_bytes: bytes, naming_query_shapes: naming },
    remedy:
      naming === 0
        ? "Ask whether anything outside the observed workload reads it; if not, drop it."
        : "Change the queries that name it first, then drop it.",
    sql: dropColumn(context.schema, table, column.name),
  });
}

/** By the text: the shape does not list the columns of HAVING, QUALIFY, INSERT or WHERE of writes. */
function names(
  { sql, tables, selectsStar }: WorkloadQuery["shape"],
  { table }: TableProfile,
  column: string,
) {
  const isKnownHere = tables.includes(table.name);
  if (selectsStar && isKnownHere) return true;
  // Of a statement that the parser could not read, no tables are known.
  return (isKnownHere || holdsWord(sql, table.name)) && holdsWord(sql, column);
}

/**
 * Compressed bytes of a column on the product, scaled from the shadow by rows: from the start of
 * each segment to that of the next one in its block. The last segment of a block counts to the
 * block's end, so a column of a small table may seem larger than it is. Numbers that are all equal
 * take no block.
 */
async function columnBytes(
  session: Session,
  profile: TableProfile,
  column: string,
): Promise<number> {
  const [row] = await session.rows(
    `WITH blocks AS (SELECT block_size FROM pragma_database_size() LIMIT 1),
     segments AS (
       SELECT column_name, len(additional_block_ids) AS more, block_size,
         lead(block_offset, 1, block_size) OVER (PARTITION BY block_id ORDER BY block_offset)
           - block_offset AS bytes
       FROM pragma_storage_info(${quoteLiteral(profile.table.name)}), blocks
       WHERE persistent AND block_id >= 0
     )
     SELECT coalesce(sum(bytes + more * block_size), 0) FROM segments
     WHERE column_name = ${quoteLiteral(column)}`,
    STATEMENT_MS,
  );
  const bytes = Number(row?.[0] ?? 0);
  return Math.round((bytes * profile.rowsTotal) / Math.max(1, profile.rows));
}
