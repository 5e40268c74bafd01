import { type ColumnSchema, isCollated, type TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { targetTypeSql, typeAfter } from "./alter-sql";
import { checkedType } from "./confined";
import { type TableChanges, withColumns, withConstraints } from "./table-changes";
import { commentsSql, createTableSql, ORDINAL } from "./table-sql";

const POSITION = "_sidecar_position";
const orderTableName = (table: string): string => `_sidecar_order_${table}`;

/**
 * Columns that tell rows apart for the undo of a new order: the primary key, which the plan itself
 * may add, or a UNIQUE constraint whose columns hold no NULL. Empty when there is none, or when a
 * collation makes equal what the key tells apart ('a' and 'A'): rows would come back twice. The order
 * is then kept by the rows' positions in the new table.
 */
function undoKey({ table, constraints }: Pick<TableChanges, "table" | "constraints">): string[] {
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

/** Does a key of the table as it is tell its rows apart? */
export const hasRowKey = (table: TableSchema): boolean =>
  undoKey({ table, constraints: [] }).length > 0;

/** Keeps the present row order, by key, so that a revert can store it again; nothing without a key. */
export function keepOrderSql(changes: TableChanges): string[] {
  const key = undoKey(changes).map(quoteIdentifier).join(", ");
  if (key === "") return [];
  const { name } = changes.table;
  return [
    `CREATE OR REPLACE TABLE ${quoteIdentifier(orderTableName(name))} AS ` +
      `SELECT ${key}, rowid AS ${ORDINAL} FROM ${quoteIdentifier(name)};`,
  ];
}

/**
 * Keeps the former row order by the rows' positions in the new table, which carries the former row
 * numbers until then. Inside its transaction DuckDB counts the rows of a new table from a large
 * number, afterwards from 0, in the same order (1.5.6). What is deleted before a revert may move
 * positions: the order is then restored in part, the rows are never wrong.
 */
function keepPositionsSql(table: TableSchema, fresh: string): string[] {
  const from = quoteIdentifier(fresh);
  return [
    `CREATE OR REPLACE TABLE ${quoteIdentifier(orderTableName(table.name))} AS ` +
      `SELECT rowid - (SELECT min(rowid) FROM ${from}) AS ${POSITION}, ${ORDINAL} FROM ${from};`,
    `ALTER TABLE ${from} DROP COLUMN ${ORDINAL};`,
  ];
}

interface Rewrite {
  table: TableSchema;
  typeOf: (column: ColumnSchema) => string;
  /** Columns that the source lacks: each row gets their default. */
  isNew: (column: ColumnSchema) => boolean;
  /** Changed columns: cast on the way. */
  isCast: (column: ColumnSchema) => boolean;
  from: string;
  orderBy: string;
  /** The former positions of the rows are kept, see keepPositionsSql. */
  keepsPositions: boolean;
}

const ORDINAL_COLUMN: ColumnSchema = {
  name: ORDINAL,
  type: "BIGINT",
  nullable: true,
  default_sql: null,
  statistics: null,
};

function rewriteSql(rewrite: Rewrite): string[] {
  const { table, typeOf, isNew, isCast, from, orderBy, keepsPositions } = rewrite;
  const fresh = `_sidecar_new_${table.name}`;
  const copied = table.columns.filter((column) => !isNew(column));
  const names = copied.map((column) => quoteIdentifier(column.name));
  const values = copied.map((column) => {
    const name = `source.${quoteIdentifier(column.name)}`;
    return isCast(column) ? `CAST(${name} AS ${typeOf(column)})` : name;
  });
  const declared = keepsPositions
    ? { ...table, columns: [...table.columns, ORDINAL_COLUMN] }
    : table;
  const columns = keepsPositions ? [...names, ORDINAL] : names;
  const selected = keepsPositions ? [...values, "source.rowid"] : values;
  const isReferring = table.constraints.some(({ type }) => type === "FOREIGN KEY");
  return [
    createTableSql(isReferring ? { ...declared, constraints: [] } : declared, fresh, typeOf),
    `INSERT INTO ${quoteIdentifier(fresh)} (${columns.join(", ")}) SELECT ${selected.join(", ")} FROM ${from}${orderBy};`,
    ...(keepsPositions ? keepPositionsSql(table, fresh) : []),
    `DROP TABLE ${quoteIdentifier(table.name)};`,
    ...(isReferring ? copySql(table, fresh, typeOf) : [renameSql(fresh, table.name)]),
    ...commentsSql(table),
  ];
}

const renameSql = (from: string, to: string): string =>
  `ALTER TABLE ${quoteIdentifier(from)} RENAME TO ${quoteIdentifier(to)};`;

/**
 * A table that refers to another is written twice, the second time under its own name: after a RENAME
 * the other table looks for the former name at each update and delete of what is referred to, and
 * these fail (DuckDB 1.5.6).
 */
function copySql(table: TableSchema, fresh: string, typeOf: Rewrite["typeOf"]): string[] {
  const names = table.columns.map((column) => quoteIdentifier(column.name)).join(", ");
  const [from, into] = [quoteIdentifier(fresh), quoteIdentifier(table.name)];
  return [
    createTableSql(table, table.name, typeOf),
    `INSERT INTO ${into} (${names}) SELECT ${names} FROM ${from};`,
    `DROP TABLE ${from};`,
  ];
}

/** Rewrites the table: new types and constraints, rows in the new order (present order without). */
export function rebuildSql(changes: TableChanges): string[] {
  const { table, types, constraints, columns, orderBy } = changes;
  return rewriteSql({
    table: withColumns(withConstraints(table, constraints), columns),
    typeOf: (column) => typeAfter(column, types),
    isNew: ({ name }) => columns.some(({ column }) => column === name),
    isCast: (column) => types.some((each) => each.column === column.name),
    from: `${quoteIdentifier(table.name)} AS source`,
    orderBy: orderBy === null ? "" : ` ORDER BY ${orderBy}`,
    keepsPositions: orderBy !== null && undoKey(changes).length === 0,
  });
}

/** Writes the table as it was declared, rows in the kept order where there is one; new rows last. */
export function restoreSql(changes: TableChanges): string[] {
  const { table, types, orderBy } = changes;
  const cast = new Map(types.map((each) => [each.column, targetTypeSql(each.to)]));
  const source = `${quoteIdentifier(table.name)} AS source`;
  const isKept = orderBy !== null;
  const kept = `${quoteIdentifier(orderTableName(table.name))} AS kept`;
  const statements = rewriteSql({
    table,
    typeOf: (column) => checkedType(column.type),
    isNew: () => false,
    isCast: (column) => cast.has(column.name),
    from: isKept ? `${source} LEFT JOIN ${kept} ON ${matchSql(changes, cast)}` : source,
    orderBy: isKept ? ` ORDER BY kept.${ORDINAL} NULLS LAST, source.rowid` : "",
    keepsPositions: false,
  });
  return isKept ? [...statements, dropOrderSql(table)] : statements;
}

/** Finds a row (`source`) among the kept ones. */
function matchSql(changes: TableChanges, cast: ReadonlyMap<string, string>): string {
  const key = undoKey(changes);
  if (key.length === 0) return `source.rowid = kept.${POSITION}`;
  const matches = key.map((name) => {
    const column = changes.table.columns.find((each) => each.name === name);
    const plain = `source.${quoteIdentifier(name)}`;
    const value =
      cast.has(name) && column ? `CAST(${plain} AS ${checkedType(column.type)})` : plain;
    return `${value} = kept.${quoteIdentifier(name)}`;
  });
  return matches.join(" AND ");
}

export function dropOrderSql(table: TableSchema): string {
  return `DROP TABLE IF EXISTS ${quoteIdentifier(orderTableName(table.name))};`;
}
