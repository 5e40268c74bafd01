import type { ColumnSchema, TableSchema } from "@/server/contracts";
import { formatCount, formatList } from "@/server/format";
import type { FilterFeature } from "@/server/workload/shape";
import { scalarOf } from "./range-estimate";
import { remember } from "./remember";
import { tableFilters } from "./shape-index";
import { findColumn } from "./table-schema";
import type { WorkloadQuery } from "./workload-query";
import { filtersOn, isPointFilter, sampleValues } from "./workload-query";

/** More columns than these are counted, not named: a query may have conditions on thousands. */
const NAMED_MAX = 5;

/**
 * Why DuckDB does not look into an index on the column for a query that compares it by = or IN; null: it
 * does. By the type of scan in EXPLAIN ANALYZE, DuckDB 1.5.6, 600,000 rows, 95 conditions:
 *
 * - Equalities of the column joined by OR: a scan (8.2 ms, as IN 0.6).
 * - Any other condition on one other column, indexed or not: a scan, unless the column's least and
 *   greatest value show that it holds for all rows. So `<>` a value outside of them and IS NOT NULL of a
 *   column without NULL do not matter, `<>` a value between them does.
 * - Conditions on several columns, membership in a subquery and EXISTS are checked after the scan: no matter.
 * - ORDER BY a column … LIMIT, without a join: a scan (4.6 ms with the index, 3.5 without).
 */
export function indexObstacle(
  query: WorkloadQuery,
  table: TableSchema,
  column: string,
): string | null {
  const own = filtersOn(query, table.name, column, isPointFilter);
  if (own.every((filter) => filter.isAlternative)) return "equalities joined by OR";
  const known = findColumn(table, column);
  if (known && own.every((filter) => comparesNumber(query, filter, known))) {
    return `a text compared with a number, for which ${column} is cast`;
  }
  if (query.shape.topTables?.includes(table.name)) return "ORDER BY … LIMIT";
  const narrowed = narrowedColumns(query, table);
  const others = narrowed.size - Number(narrowed.has(column));
  return others === 0 ? null : `a condition on ${nameOthers(narrowed, column, others)} beside it`;
}

function nameOthers(names: ReadonlySet<string>, column: string, others: number): string {
  const shown: string[] = [];
  for (const name of names) {
    if (shown.length === NAMED_MAX) break;
    if (name !== column) shown.push(name);
  }
  const more = others - shown.length;
  return formatList(more > 0 ? [...shown, `${formatCount(more)} more`] : shown);
}

/** Columns, by name, with a condition that not all rows meet: asked for again for each of them. */
const narrowedColumns = (query: WorkloadQuery, table: TableSchema): ReadonlySet<string> =>
  narrowedBy(query)(table);

const narrowedBy = remember((query: WorkloadQuery) =>
  remember((table: TableSchema): ReadonlySet<string> => {
    const names = [...tableFilters(query.shape, table.name)]
      .filter(([, filters]) =>
        filters.some((filter) => !filter.isAfterScan && !mayHoldForAll(query, table, filter)),
      )
      .map(([name]) => name);
    return new Set(names.sort());
  }),
);

/** A text column and a value that was sent as a number: DuckDB casts the column, row by row. */
export function comparesNumber(
  query: WorkloadQuery,
  filter: FilterFeature,
  { type }: ColumnSchema,
): boolean {
  if (!/^(VARCHAR|TEXT|STRING)/i.test(type) || !isPointFilter(filter)) return false;
  return sampleValues(query).some((sample) =>
    filter.parameters.some((number) => typeof sample[number - 1] === "number"),
  );
}

/** `<>` and IS NOT NULL, while no statistics show a row for which they do not hold. */
function mayHoldForAll(query: WorkloadQuery, table: TableSchema, filter: FilterFeature): boolean {
  if (filter.exceptFor === undefined) return false;
  const statistics = findColumn(table, filter.column)?.statistics;
  if (!statistics) return true;
  if (statistics.null_fraction > 0) return false;
  if (filter.exceptFor === "null") return true;
  const values = sampleValues(query).map((sample) => sample[(filter.parameters[0] ?? 0) - 1]);
  return values.every((value) => value === undefined || isOutside(value, statistics));
}

type Extremes = Pick<NonNullable<ColumnSchema["statistics"]>, "min" | "max">;

/** Not between the extremes, as numbers where all are such, otherwise as texts. */
function isOutside(value: unknown, { min, max }: Extremes): boolean {
  if (min === null || max === null) return true;
  const [low, high, number] = [scalarOf(min), scalarOf(max), scalarOf(value)];
  if (low !== null && high !== null && number !== null) return number < low || number > high;
  return String(value) < min || String(value) > max;
}
