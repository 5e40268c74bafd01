import type { Json } from "@duckdb/node-api";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import type { Session } from "../shadow";

/** What a result amounts to, whatever its order; floating-point columns apart. */
export interface ResultSum {
  rows: string;
  /** Order-free checksum of all columns that compare exactly. */
  exact: string;
  columns: { name: string; type: string }[];
  /** Sum and sum of magnitudes of each floating-point column. */
  floats: { sum: number; magnitude: number }[];
}

/** Floating-point sums depend on the order of rows: this much of their size is rounding. */
const FLOAT_TOLERANCE = 1e-9;
const FLOAT_TYPES = new Set(["FLOAT", "DOUBLE"]);
/** Aggregates whose value depends on the order in which rows come. */
const ORDER_BOUND_AGGREGATE =
  /\b(list|array_agg|string_agg|group_concat|first|last|any_value|arbitrary|mode|arg_max|arg_min|max_by|min_by|row_number)\s*\(/i;
/** Functions that answer differently each time. */
const VOLATILE =
  /\b(random|uuid|gen_random_uuid|now|today|get_current_time(stamp)?|current_\w+|nextval)\b/i;

/**
 * Columns of a result that it had not before, by their place: what `added` names and the former columns
 * lack. Empty where that does not explain the difference: then it counts as one.
 */
function addedPlaces(
  columns: readonly { name: string }[],
  { before, added }: { before: readonly { name: string }[]; added: readonly string[] },
): Set<number> {
  const names = new Set(added.map((name) => name.toLowerCase()));
  const places = new Set<number>();
  let place = 0;
  for (const [index, { name }] of columns.entries()) {
    if (name === before[place]?.name) place += 1;
    else if (names.has(name.toLowerCase())) places.add(index);
    else return new Set();
  }
  return place === before.length ? places : new Set();
}

/**
 * Computes the checksum inside DuckDB. Columns are hashed as text, so a column that changed from
 * VARCHAR to ENUM or DATE compares by what a reader sees. What a changed table adds to a `*` is left out:
 * see addedPlaces.
 */
export async function sumResult(
  session: Session,
  sql: string,
  timeoutMs?: number,
  former?: { before: ResultSum["columns"]; added: readonly string[] },
): Promise<ResultSum> {
  const all = await session.describe(sql);
  const left = former === undefined ? new Set<number>() : addedPlaces(all, former);
  const isKept = (_: unknown, index: number) => !left.has(index);
  const columns = all.filter(isKept);
  const given = all.map((_, index) => `c${index}`);
  const names = given.filter(isKept);
  const isFloat = columns.map((column) => FLOAT_TYPES.has(column.type));
  const texts = names.filter((_, index) => !isFloat[index]).map((name) => `${name}::VARCHAR`);
  const floats = names.filter((_, index) => isFloat[index]);
  const hash = `hash(${[quoteLiteral("row"), ...texts].join(", ")})`;
  const sums = floats.flatMap((name) => [`sum(${name}::DOUBLE)`, `sum(abs(${name}::DOUBLE))`]);
  const selected = [
    "count(*)::VARCHAR",
    `concat_ws('/', bit_xor(${hash}), sum(${hash}))`,
    ...sums,
  ].join(", ");
  const [row] = await session.rows(
    `SELECT ${selected} FROM (${sql}) AS result(${given.join(", ")})`,
    timeoutMs,
  );
  const numbers = (row ?? []).slice(2).map(Number);
  return {
    rows: String(row?.[0]),
    exact: String(row?.[1]),
    columns,
    floats: floats.map((_, index) => ({
      sum: numbers[index * 2] ?? Number.NaN,
      magnitude: numbers[index * 2 + 1] ?? Number.NaN,
    })),
  };
}

/**
 * True when rows may rightly differ between two runs: a LIMIT may cut ties either way, some
 * aggregates take what comes first, some functions never repeat. Only the number of rows is
 * compared then; the tables themselves are compared in full in any case.
 */
export function isOrderBound(sql: string): boolean {
  return (
    /\b(limit|using\s+sample)\b/i.test(sql) || ORDER_BOUND_AGGREGATE.test(sql) || VOLATILE.test(sql)
  );
}

export function areResultsEqual(before: ResultSum, after: ResultSum, orderBound: boolean): boolean {
  if (before.rows !== after.rows) return false;
  if (orderBound) return true;
  return areValuesEqual(before, after);
}

/**
 * For a rewritten query: the same values under the same names, and of the same types unless the
 * types were changed. Ties that a LIMIT may cut either way count as different: no benefit of doubt.
 */
export function areRewrittenEqual(
  before: ResultSum,
  after: ResultSum,
  isRetyped: boolean,
): boolean {
  if (before.rows !== after.rows || !areValuesEqual(before, after)) return false;
  return (
    before.columns.length === after.columns.length &&
    before.columns.every(({ name, type }, at) => {
      const other = after.columns[at];
      return other?.name === name && (isRetyped || other.type === type);
    })
  );
}

function areValuesEqual(before: ResultSum, after: ResultSum): boolean {
  return (
    before.exact === after.exact &&
    before.floats.length === after.floats.length &&
    before.floats.every((one, index) => isClose(one, after.floats[index]))
  );
}

function isClose(
  before: ResultSum["floats"][number],
  after: ResultSum["floats"][number] | undefined,
): boolean {
  if (after === undefined) return false;
  // With NaN or infinity among the values there is no distance to measure.
  if (!Number.isFinite(before.sum + before.magnitude)) return Object.is(before.sum, after.sum);
  return Math.abs(before.sum - after.sum) <= FLOAT_TOLERANCE * Math.max(1e-12, before.magnitude);
}

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
 * together, those whose type changed as text; columns that were `added` aside. Answers what differs, null
 * when nothing does.
 */
export async function findTableDifference(
  before: Session,
  after: Session,
  table: string,
  { isFull, added = [] }: { isFull: boolean; added?: readonly string[] },
): Promise<string | null> {
  const [old, fresh] = [await columnTypes(before, table), await columnTypes(after, table)];
  for (const name of added) if (!old.has(name)) fresh.delete(name);
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
