import type { AnswerEvidence, ColumnSchema, ProductSchema, TableSchema } from "@/server/contracts";
import { holdsWord } from "@/server/sql";

/** A query or view of our own product, and what of it is read. */
export interface ReadText {
  kind: "query" | "view";
  /** A view's name, a query's text. */
  name: string;
  sql: string;
  /** Tables below it; null: it could not be read, its words are all that is known. */
  tables: readonly string[] | null;
  /** Columns it names. */
  columns: readonly { table: string; column: string }[];
  /** It shows every column of its tables. */
  selectsStar: boolean;
}

/** A summary table that an earlier suggestion made. */
export interface KnownSummary {
  name: string;
  table: string;
  columns: readonly string[];
}

/** DuckDB's word on types: `TypeReader` of the workload. */
export interface TypeFacts {
  read(text: string): Promise<{ isType: true; type: string } | { isType: false; reason: string }>;
  compare(from: string, to: string): Promise<"same" | "holds" | "narrows" | "unrelated" | null>;
  loses(value: string, from: string, to: string): Promise<boolean>;
}

/** All that is known of our own product when a proposal is evaluated. */
export interface KnownHere {
  schema: ProductSchema;
  texts: readonly ReadText[];
  summaries: readonly KnownSummary[];
  types: TypeFacts;
}

export type Touched = NonNullable<AnswerEvidence["touches"]>[number];

/** DuckDB does not tell names apart by their case. */
export const isSameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export const findTable = (
  { schema }: Pick<KnownHere, "schema">,
  name: string,
): TableSchema | undefined => schema.tables.find((table) => isSameName(table.name, name));

export const findColumn = (table: TableSchema, name: string): ColumnSchema | undefined =>
  table.columns.find((column) => isSameName(column.name, name));

function readsTable({ tables, sql }: ReadText, table: string): boolean {
  return tables === null ? holdsWord(sql, table) : tables.some((one) => isSameName(one, table));
}

function readsColumn(text: ReadText, table: string, column: string): boolean {
  if (!readsTable(text, table)) return false;
  if (text.tables === null) return holdsWord(text.sql, column);
  return (
    text.selectsStar ||
    text.columns.some((one) => isSameName(one.table, table) && isSameName(one.column, column))
  );
}

/** Queries and views that read the table, or the column of it. */
export const readersOf = (here: KnownHere, table: string, column?: string): ReadText[] =>
  here.texts.filter((text) =>
    column === undefined ? readsTable(text, table) : readsColumn(text, table, column),
  );

const NAME_MAX = 400;

export const asTouched = ({ kind, name }: ReadText): Touched => ({
  kind,
  name: name.slice(0, NAME_MAX),
});

/** Constraints, indexes and summaries that rest on a column. */
export function dependentsOf(here: KnownHere, table: TableSchema, column: string): Touched[] {
  const names = (columns: readonly string[]) => columns.some((one) => isSameName(one, column));
  return [
    ...table.constraints
      .filter(({ type, columns }) => type !== "NOT NULL" && names(columns))
      .map(({ sql }) => ({ kind: "constraint", name: `${table.name}: ${sql}`.slice(0, NAME_MAX) })),
    ...table.indexes
      .filter(({ columns }) => names(columns))
      .map(({ name }) => ({ kind: "index", name })),
    ...here.summaries
      .filter((one) => isSameName(one.table, table.name) && names(one.columns))
      .map(({ name }) => ({ kind: "summary", name })),
  ];
}

/** Is the column alone a declared key of its table? */
export function isDeclaredKey({ constraints, indexes }: TableSchema, column: string): boolean {
  const isAlone = (columns: readonly string[]) =>
    columns.length === 1 && isSameName(columns[0] ?? "", column);
  return (
    constraints.some(
      ({ type, columns }) => (type === "PRIMARY KEY" || type === "UNIQUE") && isAlone(columns),
    ) || indexes.some((index) => index.is_unique && isAlone(index.columns))
  );
}

/** Approximate counts of distinct values are off by a few percent. */
const UNIQUE_MIN = 0.9;

/** Do the statistics speak for unique values without a gap? Unknown ones do not speak against it. */
export function looksUnique(
  { row_count: rows }: TableSchema,
  { statistics }: ColumnSchema,
): boolean {
  if (statistics === null || rows === 0) return true;
  return statistics.null_fraction === 0 && statistics.distinct_count >= UNIQUE_MIN * rows;
}
