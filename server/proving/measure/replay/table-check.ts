import type { Json } from "@duckdb/node-api";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import type { Session } from "../shadow";

/** The unchanged shadow is asked once for each checksum. */
const checksums = new WeakMap<Session, Map<string, Json>>();

/** Columns of a table with their types, by name. */
async function columnTypes(session: Session, table: string): Promise<Map<string, string>> {
  const rows = await session.rows(
    `SELECT column_name, data_type FROM duckdb_columns() WHERE NOT internal AND table_name = ${quoteLiteral(table)} ORDER BY column_name`,
  );
  return new Map(rows.map((row) => [String(row[0]), String(row[1])]));
}

/**
 * Whether a table still holds the same rows after a change, in any order: all columns hashed
 * together, those whose type changed as text. Answers what differs, null when nothing does.
 */
export async function findTableDifference(
  before: Session,
  after: Session,
  table: string,
  isFull: boolean,
): Promise<string | null> {
  const [old, fresh] = [await columnTypes(before, table), await columnTypes(after, table)];
  if ([...old.keys()].join("\n") !== [...fresh.keys()].join("\n")) {
    return `table ${table} has other columns`;
  }
  const columns = [...old].map(([name, type]) =>
    fresh.get(name) === type ? quoteIdentifier(name) : `${quoteIdentifier(name)}::VARCHAR`,
  );
  const counts = `SELECT count(*)::VARCHAR FROM ${quoteIdentifier(table)}`;
  const [rowsBefore, rowsAfter] = [await before.rows(counts), await after.rows(counts)];
  if (rowsBefore[0]?.[0] !== rowsAfter[0]?.[0]) {
    return `table ${table} has ${rowsAfter[0]?.[0]} rows instead of ${rowsBefore[0]?.[0]}`;
  }
  if (!isFull) return null;
  const hash = `hash(${columns.join(", ")})`;
  const sum = `SELECT concat_ws('/', bit_xor(${hash}), sum(${hash})) FROM ${quoteIdentifier(table)}`;
  const known = checksums.get(before) ?? new Map<string, Json>();
  checksums.set(before, known);
  const sumBefore = known.get(sum) ?? (await before.rows(sum))[0]?.[0] ?? null;
  known.set(sum, sumBefore);
  const sumAfter = (await after.rows(sum))[0]?.[0];
  return sumBefore === sumAfter ? null : `rows of table ${table} have other values`;
}
