import type { ColumnSchema, TableSchema } from "@/server/contracts";
import { checkedType } from "./confined";
import { quoteIdentifier } from "./quote";
import type { TableChanges } from "./table-changes";
import { createTableSql } from "./table-parts";
import { targetTypeSql, typeAfter } from "./types-sql";

const ORDINAL = "_sidecar_ordinal";
const orderTableName = (table: string): string => `_sidecar_order_${table}`;

/** Columns that tell rows apart for the undo of a new order; empty when nothing does. */
export function undoKey(table: TableSchema): string[] {
  const key = table.constraints.find((each) => each.type === "PRIMARY KEY")?.columns ?? [];
  const names = table.columns.map((column) => column.name.toLowerCase());
  // A column named rowid hides the row numbers that the order is kept by.
  return names.includes("rowid") || names.includes(ORDINAL) ? [] : key;
}

/** Keeps the present row order, by primary key, so that a revert can store it again. */
export function keepOrderSql(table: TableSchema): string {
  const key = undoKey(table).map(quoteIdentifier).join(", ");
  return (
    `CREATE OR REPLACE TABLE ${quoteIdentifier(orderTableName(table.name))} AS ` +
    `SELECT ${key}, rowid AS ${ORDINAL} FROM ${quoteIdentifier(table.name)};`
  );
}

interface Rewrite {
  table: TableSchema;
  typeOf: (column: ColumnSchema) => string;
  /** Changed columns: cast on the way. */
  isCast: (column: ColumnSchema) => boolean;
  from: string;
  orderBy: string;
}

function rewriteSql({ table, typeOf, isCast, from, orderBy }: Rewrite): string[] {
  const fresh = `_sidecar_new_${table.name}`;
  const columns = table.columns.map((column) => quoteIdentifier(column.name)).join(", ");
  const values = table.columns.map((column) => {
    const name = `source.${quoteIdentifier(column.name)}`;
    return isCast(column) ? `CAST(${name} AS ${typeOf(column)})` : name;
  });
  const target = quoteIdentifier(table.name);
  return [
    createTableSql(table, fresh, typeOf),
    `INSERT INTO ${quoteIdentifier(fresh)} (${columns}) SELECT ${values.join(", ")} FROM ${from}${orderBy};`,
    `DROP TABLE ${target};`,
    `ALTER TABLE ${quoteIdentifier(fresh)} RENAME TO ${target};`,
  ];
}

/** Writes the table anew: new types, and rows in the order of the keys (present order without). */
export function rebuildSql({ table, types, order }: TableChanges): string[] {
  const keys = order?.keys.map((key) => `source.${quoteIdentifier(key)}`) ?? [];
  return rewriteSql({
    table,
    typeOf: (column) => typeAfter(column, types),
    isCast: (column) => types.some((each) => each.column === column.name),
    from: `${quoteIdentifier(table.name)} AS source`,
    orderBy: keys.length > 0 ? ` ORDER BY ${keys.join(", ")}` : "",
  });
}

/** Writes the table with its old types, rows in the kept order where there is one; new rows last. */
export function restoreSql({ table, types, order }: TableChanges): string[] {
  const key = order === null ? [] : undoKey(table);
  const cast = new Map(types.map((each) => [each.column, targetTypeSql(each.to)]));
  const source = `${quoteIdentifier(table.name)} AS source`;
  const matches = key.map((name) => {
    const column = table.columns.find((each) => each.name === name);
    const plain = `source.${quoteIdentifier(name)}`;
    const value =
      cast.has(name) && column ? `CAST(${plain} AS ${checkedType(column.type)})` : plain;
    return `${value} = kept.${quoteIdentifier(name)}`;
  });
  const isKept = key.length > 0;
  const kept = `${quoteIdentifier(orderTableName(table.name))} AS kept`;
  const statements = rewriteSql({
    table,
    typeOf: (column) => checkedType(column.type),
    isCast: (column) => cast.has(column.name),
    from: isKept ? `${source} LEFT JOIN ${kept} ON ${matches.join(" AND ")}` : source,
    orderBy: isKept ? ` ORDER BY kept.${ORDINAL} NULLS LAST, source.rowid` : "",
  });
  return isKept ? [...statements, dropOrderSql(table)] : statements;
}

export function dropOrderSql(table: TableSchema): string {
  return `DROP TABLE IF EXISTS ${quoteIdentifier(orderTableName(table.name))};`;
}
