import { quoteIdentifier } from "@/server/advisor";
import type { ProductSchema, TableSchema } from "@/server/contracts";
import { tableDdl } from "../shadow";

/**
 * Statements on a table whose indexes are dropped before and created again after, in one
 * transaction: DuckDB 1.5.6 refuses to convert columns of a table with an index.
 */
export function alterTable(table: TableSchema, statements: readonly string[]): string {
  return transaction([
    ...dropIndexes(table),
    ...statements,
    ...table.indexes.map((index) => index.sql),
  ]);
}

/**
 * Statements that drop a column with the indexes on it. DuckDB 1.5.6 drops no column that stands
 * before a column of an index or key, nor one whose index was dropped in the same transaction:
 * such a table is built anew without it. null where foreign keys forbid that.
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
  ]);
}

const hasForeignKey = (table: TableSchema) =>
  table.constraints.some((one) => one.type === "FOREIGN KEY");

const dropIndexes = (table: TableSchema) =>
  table.indexes.map((index) => `DROP INDEX ${quoteIdentifier(index.name)}`);

function transaction(statements: readonly string[]): string {
  const all = statements.length === 1 ? statements : ["BEGIN", ...statements, "COMMIT"];
  return all.map((one) => `${one.replace(/;\s*$/, "")};`).join("\n");
}
