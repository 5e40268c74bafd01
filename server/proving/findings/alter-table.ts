import { commentsSql, indexCommentSql } from "@/server/advisor";
import type { IndexSchema, ProductSchema, TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { tableDdl } from "../measure/shadow";

const APART =
  "-- DuckDB refuses these in one transaction: run them one after the other, while nothing writes to the table.";

/**
 * Statements on a table whose indexes are dropped before and created again after: DuckDB 1.5.6
 * refuses to convert columns of a table with an index. In one transaction, unless it refuses that
 * too: there it creates no unique index again that was dropped, and gives no column another type
 * that a dropped index covered (`converted`).
 */
export function alterTable(
  table: TableSchema,
  statements: readonly string[],
  converted: readonly string[] = [],
): string {
  const drops = dropIndexes(table);
  const creates = table.indexes.flatMap(createAgain);
  const isApart = table.indexes.some((index) => index.is_unique || covers(table, index, converted));
  if (!isApart) return transaction([...drops, ...statements, ...creates]);
  return [APART, ...drops.map(closed), transaction(statements), ...creates.map(closed)].join("\n");
}

/** What an index on expressions covers is not known: any column. */
function covers(table: TableSchema, index: IndexSchema, converted: readonly string[]): boolean {
  const isPlain = index.columns.every((name) => table.columns.some((one) => one.name === name));
  return converted.some((name) => !isPlain || index.columns.includes(name));
}

/**
 * Statements that drop a column with the indexes on it. DuckDB 1.5.6 drops no column that comes
 * before a column of an index or key, nor one whose index was dropped in the same transaction:
 * such a table is rebuilt without it. null where foreign keys forbid that.
 */
export function dropColumn(
  schema: ProductSchema,
  table: TableSchema,
  column: string,
): string | null {
  const name = quoteIdentifier(table.name);
  const isKeyed = table.constraints.some((one) => one.type !== "NOT NULL" && one.type !== "CHECK");
  if (!isKeyed && table.indexes.length === 0) {
    return transaction([`ALTER TABLE ${name} DROP COLUMN ${quoteIdentifier(column)}`]);
  }
  if (schema.tables.some(hasForeignKey)) return null;
  const columns = table.columns.filter((one) => one.name !== column);
  const indexes = table.indexes.filter((index) => !index.columns.includes(column));
  const ddl = tableDdl({ ...table, columns, indexes }, { withDefaults: true });
  const former = quoteIdentifier(`${table.name}_former`);
  return transaction([
    ...dropIndexes(table),
    `ALTER TABLE ${name} RENAME TO ${former}`,
    ddl.create,
    `INSERT INTO ${name} SELECT ${columns.map((one) => quoteIdentifier(one.name)).join(", ")} FROM ${former}`,
    `DROP TABLE ${former}`,
    ...ddl.afterLoad,
    ...commentsSql({ ...table, columns }),
    ...indexes.flatMap(indexCommentSql),
  ]);
}

const hasForeignKey = (table: TableSchema) =>
  table.constraints.some((one) => one.type === "FOREIGN KEY");

const dropIndexes = (table: TableSchema) =>
  table.indexes.map((index) => `DROP INDEX ${quoteIdentifier(index.name)}`);

const createAgain = (index: IndexSchema) => [index.sql, ...indexCommentSql(index)];

function transaction(statements: readonly string[]): string {
  const all = statements.length === 1 ? statements : ["BEGIN", ...statements, "COMMIT"];
  return all.map(closed).join("\n");
}

const closed = (statement: string) => `${statement.replace(/;\s*$/, "")};`;
