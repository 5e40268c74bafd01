import {
  CalendarUnit,
  type ColumnSchema,
  type MaterializeSummaryChange,
  type TableSchema,
} from "@/server/contracts";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import { refuse } from "../../plan/table-changes";
import { SUMMARY_PREFIX } from "../../table-schema";

type Key = MaterializeSummaryChange["keys"][number];
type Measure = MaterializeSummaryChange["measures"][number];

const UNITS: ReadonlySet<CalendarUnit> = new Set(CalendarUnit.options);
const AGGREGATES: ReadonlySet<Measure["aggregate"]> = new Set(["count", "sum", "min", "max"]);

export const createSummarySql = (change: MaterializeSummaryChange): string =>
  `CREATE TABLE ${bodySql(change)};`;

export const dropSummarySql = ({ name }: MaterializeSummaryChange): string =>
  `DROP TABLE ${quoteIdentifier(name)};`;

/** The statement that builds the summary again from its table, with the rows added since. */
export function refreshSummarySql(change: MaterializeSummaryChange): string {
  return `CREATE OR REPLACE TABLE ${bodySql(change)};`;
}

/** Sums of floating-point columns differ in their last digits with the order of the rows. */
const SUM_TOLERANCE = "1e-9";

/**
 * One row: how many groups the table gives now, and how many of them and of the summary's differ, are missing or
 * are left over.
 */
export function summaryComparisonSql(change: MaterializeSummaryChange): string {
  const { name, keys, measures } = change;
  const pairOf = (column: string) => ({
    fresh: `fresh.${quoteIdentifier(column)}`,
    stored: `stored.${quoteIdentifier(column)}`,
  });
  const isSame = keys.map(({ name: key }) => {
    const { fresh, stored } = pairOf(key);
    return `${fresh} IS NOT DISTINCT FROM ${stored}`;
  });
  const differs = measures.map(({ name: measure, aggregate }) => {
    const { fresh, stored } = pairOf(measure);
    const isDistinct = `${fresh} IS DISTINCT FROM ${stored}`;
    if (aggregate !== "sum") return isDistinct;
    const size = `greatest(abs(CAST(${fresh} AS DOUBLE)), abs(CAST(${stored} AS DOUBLE)))`;
    const distance = `abs(CAST(${fresh} AS DOUBLE) - CAST(${stored} AS DOUBLE))`;
    return `(${isDistinct} AND COALESCE(${distance} > ${SUM_TOLERANCE} * ${size}, true))`;
  });
  const isAlone = "is_fresh IS NULL OR is_stored IS NULL";
  const on = isSame.length === 0 ? "true" : isSame.join(" AND ");
  return (
    `SELECT count(is_fresh) AS group_count, count(*) FILTER (WHERE ${[isAlone, ...differs].join(" OR ")}) AS stale_count ` +
    `FROM (SELECT *, 1 AS is_fresh FROM (${freshSql(change)}) AS computed) AS fresh ` +
    `FULL JOIN (SELECT *, 1 AS is_stored FROM ${quoteIdentifier(name)} AS kept) AS stored ON ${on}`
  );
}

/** `name AS SELECT …`: one row for each combination of keys, none for an empty table. */
function bodySql(change: MaterializeSummaryChange): string {
  const numbers = change.keys.map((_, index) => index + 1).join(", ");
  const order = numbers === "" ? "" : ` ORDER BY ${numbers}`;
  return `${quoteIdentifier(change.name)} AS ${freshSql(change)}${order}`;
}

/** The summary computed anew. */
function freshSql(change: MaterializeSummaryChange): string {
  const { table, keys, measures } = change;
  const items = [...keys.map(keySql), ...measures.map(measureSql)].join(", ");
  const numbers = keys.map((_, index) => index + 1).join(", ");
  const grouping = keys.length > 0 ? `GROUP BY ${numbers}` : "HAVING count(*) > 0";
  return `SELECT ${items} FROM ${quoteIdentifier(table)} AS source ${grouping}`;
}

const sourceColumn = (column: string): string => `source.${quoteIdentifier(column)}`;

function keySql({ name, column, unit }: Key): string {
  if (unit !== null && !UNITS.has(unit)) throw refuse("A key has an unknown unit.");
  const value = sourceColumn(column);
  const cut = unit === null ? value : `date_trunc(${quoteLiteral(unit)}, ${value})`;
  return `${cut} AS ${quoteIdentifier(name)}`;
}

function measureSql({ name, aggregate, column }: Measure): string {
  if (!AGGREGATES.has(aggregate)) throw refuse("A measure has an unknown aggregate.");
  if (column === null && aggregate !== "count") throw refuse(`${aggregate} needs a column.`);
  const argument = column === null ? "*" : sourceColumn(column);
  return `${aggregate}(${argument}) AS ${quoteIdentifier(name)}`;
}

/**
 * Throws `not_executable` for an unknown table or column, a unit of what is no date, or a name that
 * does not begin with `summary_` or is taken (`taken`: lower case).
 */
export function checkSummary(
  change: MaterializeSummaryChange,
  tables: readonly TableSchema[],
  taken: ReadonlySet<string>,
): void {
  const table = tables.find((each) => each.name === change.table);
  if (!table) throw refuse(`There is no table ${JSON.stringify(change.table)}.`);
  if (!change.name.startsWith(SUMMARY_PREFIX)) {
    throw refuse(`The name of a summary begins with ${SUMMARY_PREFIX}.`);
  }
  if (taken.has(change.name.toLowerCase())) {
    throw refuse(`There is a table ${JSON.stringify(change.name)} already.`);
  }
  const names = [...change.keys, ...change.measures].map((each) => each.name.toLowerCase());
  if (new Set(names).size < names.length) throw refuse("A column of the summary is repeated.");
  for (const { column, unit } of change.keys) checkUnit(findColumn(table, column), unit);
  for (const { column } of change.measures) if (column !== null) findColumn(table, column);
}

function findColumn(table: TableSchema, name: string): ColumnSchema {
  const column = table.columns.find((each) => each.name === name);
  if (column) return column;
  throw refuse(`Table ${table.name} has no column ${JSON.stringify(name)}.`);
}

function checkUnit({ name, type }: ColumnSchema, unit: CalendarUnit | null): void {
  if (unit === null || /^(DATE|TIMESTAMP)$/.test(type)) return;
  throw refuse(`${name} is a ${type}, which has no ${unit}.`);
}
