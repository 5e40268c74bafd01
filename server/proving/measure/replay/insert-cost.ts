import type { InsertCost, TableSchema } from "@/server/contracts";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import { comparePairs } from "@/server/statistics";
import type { Session } from "../shadow";

const BATCH_ROWS = 1000;
/** The first batches read the indexes from the file. */
const WARM_UP_BATCHES = 3;
const BATCHES = 11;

/** Statement for SessionOptions.prepare: makes the held sample readable in the session. */
export function heldTableSql(index: number, heldFile: string): string {
  return `CREATE TEMP TABLE held_${index} AS SELECT row_number() OVER () AS held_number, * FROM read_parquet(${quoteLiteral(heldFile)})`;
}

/**
 * Time of an INSERT with its commit, on both sides in turn: rows of a sample are taken out of the
 * table, then put back batch by batch, each in a transaction of its own. Only a commit pays for
 * indexes: rows of an open transaction are kept aside, so a rolled back insert would look free.
 * null when the table has too few rows. Both sessions' tables end as they were, save for order.
 */
export async function measureInsertCost(
  table: TableSchema,
  index: number,
  before: Session,
  after: Session,
): Promise<InsertCost | null> {
  const [held] = await before.rows(`SELECT count(*) FROM held_${index}`);
  const rows = Math.min(BATCH_ROWS, Math.floor(Number(held?.[0]) / (WARM_UP_BATCHES + BATCHES)));
  if (rows < 10) return null;
  // The key may be the candidate's own: rows are taken out by it on both sides.
  const key = uniqueColumns(table) ?? (await keyOf(after, table.name));
  for (const session of [before, after]) await takeOut(session, table, index, key);
  const lastRow = await lastRowOf(before, table.name);
  const times = { before: [] as number[], after: [] as number[] };
  for (let batch = 0; batch < WARM_UP_BATCHES + BATCHES; batch++) {
    const sql = insertSql(table, index, batch * rows, rows);
    const isSwapped = batch % 2 === 1;
    const first = await (isSwapped ? after : before).time(sql);
    const second = await (isSwapped ? before : after).time(sql);
    if (batch < WARM_UP_BATCHES) continue;
    times.before.push(isSwapped ? second : first);
    times.after.push(isSwapped ? first : second);
  }
  if (key === null) await takeOutAfter(before, table.name, lastRow);
  const { medianBefore, medianAfter, gain } = comparePairs(times.before, times.after, { seed: 1 });
  return {
    table: table.name,
    rows,
    baseline_ms: medianBefore,
    candidate_ms: medianAfter,
    // Of pairs, like every gain: what disturbs the machine disturbs both of a pair.
    ratio: 1 - gain.value,
    gain,
  };
}

function insertSql(table: TableSchema, index: number, from: number, count: number): string {
  const names = table.columns.map((column) => quoteIdentifier(column.name)).join(", ");
  return `INSERT INTO ${quoteIdentifier(table.name)} (${names}) SELECT ${names} FROM held_${index} WHERE held_number > ${from} AND held_number <= ${from + count}`;
}

/** Without a key nothing has to go before: the same row may stand twice. */
async function takeOut(
  session: Session,
  table: TableSchema,
  index: number,
  key: string[] | null,
): Promise<void> {
  if (key === null) return;
  const name = quoteIdentifier(table.name);
  const isSame = key
    .map(quoteIdentifier)
    .map((column) => `${name}.${column} IS NOT DISTINCT FROM _held.${column}`);
  await session.run(
    `DELETE FROM ${name} USING held_${index} AS _held WHERE ${isSame.join(" AND ")}`,
  );
}

async function lastRowOf(session: Session, table: string): Promise<number> {
  const [row] = await session.rows(`SELECT max(rowid) FROM ${quoteIdentifier(table)}`);
  return Number(row?.[0] ?? -1);
}

async function takeOutAfter(session: Session, table: string, rowid: number): Promise<void> {
  await session.run(`DELETE FROM ${quoteIdentifier(table)} WHERE rowid > ${rowid}`);
}

/**
 * Columns by which rows are found whose unique values must be free again: the primary key, or all
 * that uniqueness asks of, NULL included (a row may be NULL in one of two); every column where an
 * index is on an expression.
 */
function uniqueColumns(table: TableSchema): string[] | null {
  const plain = table.columns.map((column) => column.name);
  const constraints = table.constraints.filter((one) => one.columns.length > 0);
  const primary = constraints.find((one) => one.type === "PRIMARY KEY");
  if (primary) return primary.columns;
  const unique = [
    ...constraints.filter((one) => one.type === "UNIQUE"),
    ...table.indexes.filter((index) => index.is_unique),
  ].flatMap((one) => one.columns);
  if (unique.length === 0) return null;
  return unique.every((name) => plain.includes(name)) ? [...new Set(unique)] : plain;
}

/** A key that the session's table has and the product's has not. */
async function keyOf(session: Session, table: string): Promise<string[] | null> {
  const [row] = await session.rows(
    `SELECT constraint_column_names FROM duckdb_constraints() WHERE table_name = ${quoteLiteral(table)}
     AND constraint_type IN ('PRIMARY KEY', 'UNIQUE') LIMIT 1`,
  );
  const names = row?.[0];
  return Array.isArray(names) ? names.map(String) : null;
}
