import type { ColumnRef, FilterFeature, QueryShape } from "@/server/workload/shape";
import { remember } from "./remember";

/**
 * What a shape does with columns, by table and column: rules ask for the columns of a product one by
 * one, and a shape may name thousands. A shape does not change once it was read.
 */
interface ShapeIndex {
  filters: ByColumn<FilterFeature>;
  /** Tables with a condition on a value. */
  filtered: Set<string>;
  /** The other side of joins. */
  partners: ByColumn<ColumnRef>;
  /** In a filter, a join, a group, an order or the select list. */
  named: Map<string, Set<string>>;
  /** In the select list; of a write: those it assigns. */
  projected: Map<string, Set<string>>;
}

type ByColumn<Item> = Map<string, Map<string, Item[]>>;

const indexOf = remember((shape: QueryShape): ShapeIndex => {
  const { filters, joins, groupBy, orderBy, projected, topBy } = shape;
  const index: ShapeIndex = {
    filters: new Map(),
    filtered: new Set(
      filters.flatMap((each) => (each.operator === "null_check" ? [] : each.table)),
    ),
    partners: new Map(),
    named: new Map(),
    projected: new Map(),
  };
  for (const filter of filters) addTo(index.filters, filter, filter);
  for (const { left, right } of joins) {
    addTo(index.partners, left, right);
    addTo(index.partners, right, left);
    for (const side of [left, right]) addName(index.named, side);
  }
  for (const refs of [filters, groupBy, orderBy, projected, topBy ? [topBy] : []]) {
    for (const ref of refs) addName(index.named, ref);
  }
  for (const ref of projected) addName(index.projected, ref);
  return index;
});

function addTo<Item>(index: ByColumn<Item>, { table, column }: ColumnRef, item: Item): void {
  const ofTable = index.get(table) ?? new Map<string, Item[]>();
  index.set(table, ofTable);
  const ofColumn = ofTable.get(column);
  if (ofColumn) ofColumn.push(item);
  else ofTable.set(column, [item]);
}

function addName(index: Map<string, Set<string>>, { table, column }: ColumnRef): void {
  const names = index.get(table);
  if (names) names.add(column);
  else index.set(table, new Set([column]));
}

/** Filters of a shape on one column. */
export const columnFilters = (
  shape: QueryShape,
  { table, column }: ColumnRef,
): readonly FilterFeature[] => indexOf(shape).filters.get(table)?.get(column) ?? [];

/** Filters of a shape on a table's columns, by column. */
export const tableFilters = (
  shape: QueryShape,
  table: string,
): ReadonlyMap<string, readonly FilterFeature[]> => indexOf(shape).filters.get(table) ?? new Map();

/** Does the shape narrow the table by a value? */
export const filtersTable = (shape: QueryShape, table: string): boolean =>
  indexOf(shape).filtered.has(table);

/** Columns that the shape joins with this one. */
export const joinPartners = (
  shape: QueryShape,
  { table, column }: ColumnRef,
): readonly ColumnRef[] => indexOf(shape).partners.get(table)?.get(column) ?? [];

/** Columns of a table that the shape names: in a filter, a join, a group, an order or its select list. */
export const columnNames = (shape: QueryShape, table: string): ReadonlySet<string> =>
  indexOf(shape).named.get(table) ?? new Set();

/** Is the column in the select list; of a write: does it assign it? */
export const projectsColumn = (shape: QueryShape, { table, column }: ColumnRef): boolean =>
  indexOf(shape).projected.get(table)?.has(column) === true;
