import type { ColumnSchema, IndexSchema, TableSchema } from "@/server/contracts";

/** Summaries are known by their name: they are not summarized, ordered or indexed again. */
export const SUMMARY_PREFIX = "summary_";

/** Constraints that DuckDB keeps an ART index for, in which it looks up values too. */
const INDEXED_BY = /^(PRIMARY KEY|UNIQUE|FOREIGN KEY)$/;

const indexedColumns = new WeakMap<TableSchema, ReadonlySet<string>>();

/** Has this column alone an index, its own or that of a constraint? */
export function isIndexed(table: TableSchema, column: string): boolean {
  // Asked for every column of a table, which may have an index on each.
  const known = indexedColumns.get(table) ?? readIndexed(table);
  indexedColumns.set(table, known);
  return known.has(column);
}

function readIndexed({ indexes, constraints }: TableSchema): ReadonlySet<string> {
  const lists = [...indexes, ...constraints.filter(({ type }) => INDEXED_BY.test(type))];
  return new Set(
    lists.flatMap(({ columns: [column, ...others] }) =>
      column === undefined || others.length > 0 ? [] : [column],
    ),
  );
}

/**
 * An index known without its statement ("this column is indexed"): it can be neither
 * dropped nor recreated by name. It may be a primary key.
 */
export function isUnmanaged(index: IndexSchema): boolean {
  return index.sql.trim() === "";
}

const columns = new WeakMap<TableSchema, ReadonlyMap<string, ColumnSchema>>();

/** A column by its name: a table may have thousands, and each is asked for many times. */
export function findColumn(table: TableSchema, name: string): ColumnSchema | undefined {
  // Of two columns of one name, the first.
  const known =
    columns.get(table) ?? new Map(table.columns.map((one) => [one.name, one] as const).reverse());
  columns.set(table, known);
  return known.get(name);
}

/** A type: after AS in CAST, as DuckDB prints it, or after `::`. */
const TYPES = /\bAS\s[^()]*(?:\([^()]*\)[^()]*)?(?=\))|::\s*(?:"(?:[^"]|"")+"|\w+)/gi;
/** Names, but for those of functions. */
const NAMES = /(?:"(?:[^"]|"")+"|\b[A-Za-z_]\w*)(?!\w|\s*\()/g;

const generated = new WeakMap<TableSchema, string[]>();

/** Columns declared as generated, or with a default that names another column: DuckDB prints them so. */
export function generatedColumns(table: TableSchema): string[] {
  const known = generated.get(table) ?? readGenerated(table);
  generated.set(table, known);
  return known;
}

function readGenerated(table: TableSchema): string[] {
  const known = new Set(table.columns.map((column) => column.name.toLowerCase()));
  const isGenerated = (sql: string): boolean => {
    const words =
      sql
        .replace(/'(?:[^']|'')*'/g, "")
        .replace(TYPES, "")
        .match(NAMES) ?? [];
    return words.some((word) => known.has(word.replace(/^"|"$/g, "").toLowerCase()));
  };
  return table.columns
    .filter(
      (column) =>
        column.is_generated === true ||
        (column.default_sql !== null && isGenerated(column.default_sql)),
    )
    .map((column) => column.name);
}
