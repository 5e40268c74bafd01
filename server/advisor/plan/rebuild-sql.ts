import { type ColumnSchema, isCollated, type TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { targetTypeSql, typeAfter } from "./alter-sql";
import { checkedType } from "./confined";
import { type TableChanges, withConstraints } from "./table-changes";
import { commentsSql, createTableSql } from "./table-sql";

const ORDINAL = "_sidecar_ordinal";
const orderTableName = (table: string): string => `_sidecar_order_${table}`;

/**
 * Columns that tell rows apart for the undo of a new order: the primary key, which the plan itself
 * may add, or a UNIQUE constraint whose columns hold no NULL. Empty when there is none, or when a
 * collation makes equal what the key tells apart ('a' and 'A'): rows would come back twice.
 */
export function undoKey({ table, constraints }: TableChanges): string[] {
  const names = table.columns.map((column) => column.name.toLowerCase());
  // A column named rowid hides the row numbers that the order is kept by.
  if (names.includes("rowid") || names.includes(ORDINAL)) return [];
  const after = withConstraints(table, constraints);
  const isFilled = (name: string): boolean =>
    after.columns.some((column) => column.name === name && !column.nullable);
  const key =
    after.constraints.find((each) => each.type === "PRIMARY KEY") ??
    after.constraints.find((each) => each.type === "UNIQUE" && each.columns.every(isFilled));
  const isPlain = (name: string): boolean =>
    !isCollated(after.columns.find((column) => column.name === name)?.type);
  return key?.columns.every(isPlain) ? key.columns : [];
}

/** Keeps the present row order, by key, so that a revert can store it again. */
export function keepOrderSql(changes: TableChanges): string {
  const key = undoKey(changes).map(quoteIdentifier).join(", ");
  const { name } = changes.table;
  return (
    `CREATE OR REPLACE TABLE ${quoteIdentifier(orderTableName(name))} AS ` +
    `SELECT ${key}, rowid AS ${ORDINAL} FROM ${quoteIdentifier(name)};`
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
    ...commentsSql(table),
  ];
}

/** Writes the table anew: new types and constraints, rows in the new order (present order without). */
export function rebuildSql({ table, types, constraints, orderBy }: TableChanges): string[] {
  return rewriteSql({
    table: withConstraints(table, constraints),
    typeOf: (column) => typeAfter(column, types),
    isCast: (column) => types.some((each) => each.column === column.name),
    from: `${quoteIdentifier(table.name)} AS source`,
    orderBy: orderBy === null ? "" : ` ORDER BY ${orderBy}`,
  });
}

/** Writes the table as it was declared, rows in the kept order where there is one; new rows last. */
export function restoreSql(changes: TableChanges): string[] {
  const { table, types, orderBy } = changes;
  const key = orderBy === null ? [] : undoKey(changes);
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
