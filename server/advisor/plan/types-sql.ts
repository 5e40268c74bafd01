import type { ChangeTypeChange, ColumnSchema, TableSchema, TargetType } from "@/server/contracts";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import { checkedType, confine } from "./confined";

export function targetTypeSql(target: TargetType): string {
  return target.name === "ENUM"
    ? `ENUM(${target.values.map(quoteLiteral).join(", ")})`
    : target.name;
}

/** Present type of a column, or the one it is changed to. */
export function typeAfter(column: ColumnSchema, types: readonly ChangeTypeChange[]): string {
  const change = types.find((each) => each.column === column.name);
  return change ? targetTypeSql(change.to) : checkedType(column.type);
}

/**
 * Statements that end the transaction when one value would not come back as it was (a date written
 * `2020-1-5`, an upper-case UUID, a number out of range, a text outside the list), or when the
 * column's default does not fit. What passes can be reverted to the exact text.
 */
export function assertionsSql(table: TableSchema, change: ChangeTypeChange): string[] {
  const column = table.columns.find((each) => each.name === change.column);
  if (!column) return [];
  const name = quoteIdentifier(column.name);
  const type = targetTypeSql(change.to);
  const back = `CAST(TRY_CAST(${name} AS ${type}) AS ${checkedType(column.type)})`;
  const message = quoteLiteral(
    `${table.name}.${column.name} holds values that ${change.to.name} cannot give back unchanged`,
  );
  const check =
    `SELECT CASE WHEN count(*) > 0 THEN error(${message}) END ` +
    `FROM ${quoteIdentifier(table.name)} WHERE ${back} IS DISTINCT FROM ${name};`;
  if (column.default_sql === null) return [check];
  const fallback = confine(column.default_sql, `default of ${column.name}`);
  return [check, `SELECT CAST(${fallback} AS ${type});`];
}

export function alterTypeSql(table: string, column: string, type: string): string {
  return `ALTER TABLE ${quoteIdentifier(table)} ALTER COLUMN ${quoteIdentifier(column)} SET DATA TYPE ${type};`;
}
