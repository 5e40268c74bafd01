import type { ColumnSchema, ConstraintSchema, IndexSchema, TableSchema } from "@/server/contracts";
import { AppError } from "@/server/platform/errors";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import { findColumn } from "../table-schema";
import { confine, isConfined } from "./confined";

/** Holds the former row number while a table is written anew. */
export const ORDINAL = "_sidecar_ordinal";

/** Has the table a column whose name hides the row numbers that an order is kept by? */
export function hidesRowNumbers({ columns }: TableSchema): boolean {
  return columns.some(({ name }) => ["rowid", ORDINAL].includes(name.toLowerCase()));
}

const names = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(", ");

/** `CREATE TABLE name (…)` with types, defaults and constraints; `typeOf` may replace types. */
export function createTableSql(
  table: TableSchema,
  name: string,
  typeOf: (column: ColumnSchema) => string,
): string {
  const columns = table.columns.map((column) => {
    const parts = [quoteIdentifier(column.name), typeOf(column)];
    if (!column.nullable) parts.push("NOT NULL");
    if (column.default_sql !== null) {
      parts.push(`DEFAULT ${confine(column.default_sql, `default of ${column.name}`)}`);
    }
    return parts.join(" ");
  });
  const constraints = table.constraints.map(constraintSql).filter((each) => each !== null);
  return `CREATE TABLE ${quoteIdentifier(name)} (${[...columns, ...constraints].join(", ")});`;
}

/** null: NOT NULL, which stands with its column. */
function constraintSql(constraint: ConstraintSchema): string | null {
  switch (constraint.type) {
    case "NOT NULL":
      return null;
    case "PRIMARY KEY":
    case "UNIQUE":
      return `${constraint.type} (${names(constraint.columns)})`;
    case "CHECK":
      return `CHECK ${confine(checkBody(constraint.sql), "CHECK constraint")}`;
    case "FOREIGN KEY":
      return foreignKeySql(constraint);
  }
}

function checkBody(sql: string): string {
  const body = /^\s*CHECK\s*\(([\s\S]*)\)\s*$/i.exec(sql)?.[1];
  if (body !== undefined) return body;
  throw new AppError("not_executable", "A CHECK constraint of the table is not understood.");
}

const REFERENCE = /\bREFERENCES\s+(.+?)\s*\(((?:"(?:[^"]|"")*"|[^()"])*)\)\s*$/is;
/** Names as SQL has them, one or several with dots between. */
const QUALIFIED = /^(?:(?:"(?:[^"]|"")+"|\w+)\.)*(?:"((?:[^"]|"")+)"|(\w+))$/;

/**
 * What a FOREIGN KEY points to: the table by its name, and as SQL; its columns as SQL. null for other
 * constraints, and for one that is not understood. DuckDB prints a name that needs quotes without
 * them (1.5.6): `REFERENCES odd name(id)`.
 */
function referenceOf({ type, sql }: ConstraintSchema) {
  const [, target, columns] = (type === "FOREIGN KEY" && REFERENCE.exec(sql)) || [];
  if (target === undefined || columns === undefined || !isConfined(columns)) return null;
  const qualified = QUALIFIED.exec(target);
  if (qualified === null) return { name: target, target: quoteIdentifier(target), columns };
  const name = qualified[1]?.replaceAll('""', '"') ?? qualified[2] ?? target;
  return { name, target: name === target ? quoteIdentifier(name) : target, columns };
}

function foreignKeySql(constraint: ConstraintSchema): string {
  const reference = referenceOf(constraint);
  if (reference === null) {
    throw new AppError("not_executable", "A FOREIGN KEY of the table is not understood.");
  }
  const { target, columns } = reference;
  return `FOREIGN KEY (${names(constraint.columns)}) REFERENCES ${target} (${columns})`;
}

/** Name of the table a FOREIGN KEY points to, lower case; null for other constraints. */
export function referencedTable(constraint: ConstraintSchema): string | null {
  return referenceOf(constraint)?.name.toLowerCase() ?? null;
}

/** Tables with a foreign key to this one. */
export const referencingTables = (tables: readonly TableSchema[], name: string): TableSchema[] =>
  tables.filter(({ constraints }) =>
    constraints.some((each) => referencedTable(each) === name.toLowerCase()),
  );

export interface ForeignKey {
  /** Name of the table it points to, lower case. */
  references: string;
  /** Columns of its own table, and those it points to: lists as SQL. */
  columns: string;
  referencedColumns: string;
  /** The constraint. */
  sql: string;
}

/** The foreign keys of a table, as far as their constraints are understood. */
export function foreignKeysOf(table: TableSchema): ForeignKey[] {
  return table.constraints.flatMap((constraint) => {
    const reference = referenceOf(constraint);
    if (reference === null) return [];
    const columns = names(constraint.columns);
    const [references, referencedColumns] = [reference.name.toLowerCase(), reference.columns];
    return [{ references, columns, referencedColumns, sql: foreignKeySql(constraint) }];
  });
}

/** Recreates an index from its parts; one on expressions is repeated as its statement stands. */
export function createIndexSql(table: TableSchema, index: IndexSchema): string {
  const unique = index.is_unique ? "UNIQUE " : "";
  const head = `CREATE ${unique}INDEX ${quoteIdentifier(index.name)} ON ${quoteIdentifier(table.name)}`;
  if (index.columns.length > 0 && index.columns.every((column) => findColumn(table, column))) {
    return `${head} (${names(index.columns)});`;
  }
  const text = index.sql.trim().replace(/;$/, "");
  if (/^CREATE\s+(UNIQUE\s+)?INDEX\s/i.test(text) && isConfined(text)) return `${text};`;
  throw new AppError("not_executable", `The index ${index.name} cannot be recreated safely.`);
}

/** Comments that a rewritten table has lost, as far as the product reports them. */
export function commentsSql(table: TableSchema): string[] {
  const name = quoteIdentifier(table.name);
  const columns = table.columns.flatMap((column) =>
    comment(`COLUMN ${name}.${quoteIdentifier(column.name)}`, column.comment),
  );
  return [...comment(`TABLE ${name}`, table.comment), ...columns];
}

/** The index as it was, its comment included. */
export function restoreIndexSql(table: TableSchema, index: IndexSchema): string[] {
  return [createIndexSql(table, index), ...indexCommentSql(index)];
}

/** The comment of an index that was created again. */
export function indexCommentSql({ name, comment: text }: IndexSchema): string[] {
  return comment(`INDEX ${quoteIdentifier(name)}`, text);
}

function comment(on: string, text: string | null | undefined): string[] {
  return typeof text === "string" ? [`COMMENT ON ${on} IS ${quoteLiteral(text)};`] : [];
}
