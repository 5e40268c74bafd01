import type { ColumnSchema, IndexSchema, TableSchema } from "@/server/contracts";
import { remember } from "./remember";

/** Summaries are known by their name: they are not summarized, ordered or indexed again. */
export const SUMMARY_PREFIX = "summary_";

/** Constraints that DuckDB keeps an ART index for, in which it looks up values too. */
const INDEXED_BY = /^(PRIMARY KEY|UNIQUE|FOREIGN KEY)$/;

/** Has this column alone an index, its own or that of a constraint? */
export const isIndexed = (table: TableSchema, column: string): boolean =>
  indexedColumns(table).has(column);

const indexedColumns = remember(({ indexes, constraints }: TableSchema): ReadonlySet<string> => {
  const lists = [...indexes, ...constraints.filter(({ type }) => INDEXED_BY.test(type))];
  return new Set(
    lists.flatMap(({ columns: [column, ...others] }) =>
      column === undefined || others.length > 0 ? [] : [column],
    ),
  );
});

/**
 * An index known without its statement ("this column is indexed"): it can be neither
 * dropped nor recreated by name. It may be a primary key.
 */
export function isUnmanaged(index: IndexSchema): boolean {
  return index.sql.trim() === "";
}

/** A column by its name: a table may have thousands, and each is asked for many times. */
export const findColumn = (table: TableSchema, name: string): ColumnSchema | undefined =>
  columnsByName(table).get(name);

/** Of two columns of one name, the first. */
const columnsByName = remember(
  ({ columns }: TableSchema): ReadonlyMap<string, ColumnSchema> =>
    new Map(columns.map((one) => [one.name, one] as const).reverse()),
);

/** A type: after AS in CAST, as DuckDB prints it, or after `::`. */
const TYPES = /\bAS\s[^()]*(?:\([^()]*\)[^()]*)?(?=\))|::\s*(?:"(?:[^"]|"")+"|\w+)/gi;
/** Names, but for those of functions. */
const NAMES = /(?:"(?:[^"]|"")+"|\b[A-Za-z_]\w*)(?!\w|\s*\()/g;

/** Columns declared as generated, or with a default that names another column: DuckDB prints them so. */
export const generatedColumns = remember((table: TableSchema): string[] => {
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
});
