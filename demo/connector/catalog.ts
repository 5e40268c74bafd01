import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";
import {
  type ColumnSchema,
  ConstraintSchema as Constraint,
  type ConstraintSchema,
  type IndexSchema,
  type ViewSchema,
} from "@/server/contracts";
import { shortHash } from "@/server/platform";
import { HIDDEN_PREFIX } from "../engine/statement";

/** A table as the catalog describes it, without anything about its data. */
export interface CatalogTable {
  name: string;
  comment: string | null;
  columns: Omit<ColumnSchema, "statistics">[];
  indexes: IndexSchema[];
  constraints: ConstraintSchema[];
}

const VISIBLE = `database_name = current_database() AND schema_name = 'main'
  AND NOT starts_with(table_name, '${HIDDEN_PREFIX}')`;

const ColumnRow = z.object({
  table_name: z.string(),
  column_name: z.string(),
  data_type: z.string(),
  is_nullable: z.boolean(),
  column_default: z.string().nullable(),
  comment: z.string().nullable(),
  table_comment: z.string().nullable(),
  table_sql: z.string(),
});
const ConstraintRow = z.object({
  table_name: z.string(),
  constraint_type: Constraint.shape.type,
  constraint_text: z.string(),
  constraint_column_names: z.array(z.string()),
});
const IndexRow = z.object({
  table_name: z.string(),
  index_name: z.string(),
  is_unique: z.boolean(),
  expressions: z.string(),
  sql: z.string(),
  comment: z.string().nullable(),
});

/** Tables, columns, constraints and indexes, as this connection's transaction sees them. */
export async function readCatalog(connection: DuckDBConnection): Promise<CatalogTable[]> {
  const columns = await readRows(
    connection,
    ColumnRow,
    `
    SELECT table_name, column_name, data_type, is_nullable, column_default, c."comment", t.table_comment,
      t.table_sql
    FROM duckdb_columns() c
    JOIN (SELECT table_name, "comment" AS table_comment, sql AS table_sql FROM duckdb_tables()
      WHERE ${VISIBLE}) t USING (table_name)
    WHERE ${VISIBLE}
    ORDER BY table_name, column_index`,
  );
  const constraints = await readRows(
    connection,
    ConstraintRow,
    `
    SELECT table_name, constraint_type, constraint_text, constraint_column_names
    FROM duckdb_constraints() WHERE ${VISIBLE}
      AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'CHECK', 'FOREIGN KEY', 'NOT NULL')
    ORDER BY table_name, constraint_type, constraint_column_names, constraint_text`,
  );
  const indexes = await readRows(
    connection,
    IndexRow,
    `
    SELECT table_name, index_name, is_unique, expressions, sql, "comment"
    FROM duckdb_indexes() WHERE ${VISIBLE} ORDER BY table_name, index_name`,
  );
  return [...new Set(columns.map((column) => column.table_name))].map((name) => ({
    name,
    comment: columns.find(ofTable(name))?.table_comment ?? null,
    columns: describeColumns(columns.filter(ofTable(name))),
    indexes: indexes.filter(ofTable(name)).map((row) => ({
      name: row.index_name,
      columns: indexedColumns(row.expressions),
      is_unique: row.is_unique,
      sql: row.sql,
      comment: row.comment,
    })),
    constraints: constraints.filter(ofTable(name)).map((row) => ({
      type: row.constraint_type,
      columns: row.constraint_column_names,
      sql: row.constraint_text,
    })),
  }));
}

/** Rows of one table; a column that is neither collated nor generated is told as it always was. */
function describeColumns(rows: z.output<typeof ColumnRow>[]): CatalogTable["columns"] {
  const declared = declaredColumns(rows[0]?.table_sql ?? "");
  return rows.map((row) => {
    const { collation = null, isGenerated = false } = declared.get(row.column_name) ?? {};
    return {
      name: row.column_name,
      type: collation === null ? row.data_type : `${row.data_type} COLLATE ${collation}`,
      nullable: row.is_nullable,
      default_sql: row.column_default,
      comment: row.comment,
      ...(isGenerated ? { is_generated: true } : {}),
    };
  });
}

const ViewRow = z.object({
  view_name: z.string(),
  sql: z.string(),
  column_name: z.string().nullable(),
  data_type: z.string().nullable(),
});

/** The product's views with their columns in order; none of one that reads what is gone. */
export async function readViews(connection: DuckDBConnection): Promise<ViewSchema[]> {
  const rows = await readRows(
    connection,
    ViewRow,
    `
    SELECT view_name, sql, column_name, data_type
    FROM (SELECT view_name, sql FROM duckdb_views() WHERE NOT internal AND NOT temporary
      AND ${VISIBLE.replace("table_name", "view_name")}) v
    LEFT JOIN (SELECT table_name AS view_name, column_name, data_type, column_index
      FROM duckdb_columns() WHERE ${VISIBLE}) c USING (view_name)
    ORDER BY view_name, column_index`,
  );
  return [...new Set(rows.map((row) => row.view_name))].map((name) => {
    const own = rows.filter((row) => row.view_name === name);
    const columns = own.flatMap(({ column_name, data_type }) =>
      column_name === null || data_type === null ? [] : [{ name: column_name, type: data_type }],
    );
    return { name, sql: own[0]?.sql ?? "", columns };
  });
}

/**
 * Changes exactly when a visible table, column, type, default, constraint, index, comment or view changes.
 */
export async function readFingerprint(connection: DuckDBConnection): Promise<string> {
  const catalog = await readCatalog(connection);
  const views = (await readViews(connection)).map(({ name, sql }) => [name, sql]);
  return shortHash(JSON.stringify(views.length > 0 ? { catalog, views } : catalog));
}

export async function readRows<S extends z.ZodType>(
  connection: DuckDBConnection,
  row: S,
  sql: string,
): Promise<z.output<S>[]> {
  const reader = await connection.runAndReadAll(sql);
  return z.array(row).parse(reader.getRowObjectsJson());
}

const ofTable = (name: string) => (row: { table_name: string }) => row.table_name === name;

/** duckdb_indexes prints expressions as `[status, '"odd name"']`; names come back unquoted. */
function indexedColumns(expressions: string): string[] {
  const names = expressions.slice(1, -1).match(/'(?:[^']|'')*'|[^,]+/g) ?? [];
  return names.map((raw) => {
    const text = raw.trim();
    const inner = text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
    return inner.startsWith('"') ? inner.slice(1, -1).replaceAll('""', '"') : inner;
  });
}

/** What CREATE TABLE says of a column and duckdb_columns() leaves out. */
interface DeclaredColumn {
  /** `NOCASE`, `NOCASE.NOACCENT`; null: compared byte by byte. */
  collation: string | null;
  isGenerated: boolean;
}

// Strings, names (quoted or plain), one character of anything else: linear, and a text or a name
// is never taken for words of the statement.
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|\S/gu;

/**
 * Columns with a collation, or generated, by name, from a table's statement as DuckDB prints it
 * (`duckdb_tables().sql`). Other columns are not in the answer.
 */
export function declaredColumns(createTable: string): Map<string, DeclaredColumn> {
  const found = new Map<string, DeclaredColumn>();
  for (const [name = "", ...words] of definitions(createTable)) {
    const column = { collation: collationOf(words), isGenerated: isGenerated(words) };
    if (column.collation !== null || column.isGenerated) found.set(unquote(name), column);
  }
  return found;
}

/** Tokens of each column or constraint, without what stands in parentheses. */
function definitions(createTable: string): string[][] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const token of createTable.match(TOKEN) ?? []) {
    if (token === ")") depth--;
    if (depth === 1 && token === ",") parts.push([]);
    else if (depth === 1 && token !== "(") parts.at(-1)?.push(token);
    if (token === "(") depth++;
  }
  return parts;
}

function collationOf(words: readonly string[]): string | null {
  const at = words.indexOf("COLLATE");
  if (at < 0) return null;
  let end = at + 2;
  while (words[end] === ".") end += 2;
  return words
    .slice(at + 1, end)
    .map(unquote)
    .join("");
}

const isGenerated = (words: readonly string[]): boolean =>
  words.some((word, at) => word === "GENERATED" && words[at + 1] === "ALWAYS");

const unquote = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
