import type {
  AddColumnChange,
  ChangeTypeChange,
  ColumnSchema,
  TableSchema,
  TargetType,
} from "@/server/contracts";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import { checkedType, confine } from "./confined";
import { isHarmlessDefault, literalSql } from "./default-value";
import type { TableChanges } from "./table-changes";

const alter = (table: TableSchema): string => `ALTER TABLE ${quoteIdentifier(table.name)}`;

/**
 * Changes the table in place, its secondary indexes dropped before. SET NOT NULL and ADD PRIMARY KEY
 * read all rows and fail by themselves when the data do not satisfy them (checked on DuckDB 1.5.6, also after
 * a restart that replays the log). The revert of a primary key is a rebuild: DuckDB cannot drop one.
 */
export function alterSql({ table, types, constraints, columns }: TableChanges): string[] {
  const columnsOf = (kind: string): string[] =>
    constraints.flatMap((each) => (each.constraint === kind ? each.columns : []));
  const key = columnsOf("PRIMARY KEY").map(quoteIdentifier);
  const filled = columns.filter((each) => each.is_required).map(({ column }) => column);
  return [
    ...columns.map((each) => addColumnSql(table, each)),
    ...types.map((each) => alterTypeSql(table.name, each.column, targetTypeSql(each.to))),
    ...[...columnsOf("NOT NULL"), ...filled].map(
      (name) => `${alter(table)} ALTER COLUMN ${quoteIdentifier(name)} SET NOT NULL;`,
    ),
    unlockSql(table),
    ...(key.length > 0 ? [`${alter(table)} ADD PRIMARY KEY (${key.join(", ")});`] : []),
  ];
}

/** Reverts: former types, NULL allowed, no new columns. */
export function alterBackSql({ table, types, constraints, columns }: TableChanges): string[] {
  const filled = constraints.flatMap((each) => each.columns);
  return [
    ...types.map((change) => {
      const column = table.columns.find((each) => each.name === change.column);
      return alterTypeSql(table.name, change.column, checkedType(column?.type ?? change.from));
    }),
    ...filled.map((name) => `${alter(table)} ALTER COLUMN ${quoteIdentifier(name)} DROP NOT NULL;`),
    ...columns.map(({ column }) => `${alter(table)} DROP COLUMN ${quoteIdentifier(column)};`),
    unlockSql(table),
  ];
}

/** By itself it locks the table too, see lockSql. NOT NULL is set afterwards: ADD COLUMN refuses it. */
export function addColumnSql(table: TableSchema, change: AddColumnChange): string {
  const { column, type, default: value } = change;
  const fallback = value === null ? "" : ` DEFAULT ${literalSql(value)}`;
  return `${alter(table)} ADD COLUMN ${quoteIdentifier(column)} ${checkedType(type)}${fallback};`;
}

export function targetTypeSql(target: TargetType): string {
  return target.name === "ENUM"
    ? `ENUM(${target.values.map(quoteLiteral).join(", ")})`
    : target.name;
}

/** Current type of a column, or the one it is changed to. */
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
  const type = targetTypeSql(change.to);
  const message = quoteLiteral(
    `${table.name}.${column.name} holds values that ${change.to.name} cannot give back unchanged`,
  );
  const check =
    `SELECT CASE WHEN count(*) > 0 THEN error(${message}) END ` +
    `FROM ${quoteIdentifier(table.name)} WHERE ${lossSql(table, change)};`;
  if (column.default_sql === null) return [check];
  const fallback = confine(column.default_sql, `default of ${column.name}`);
  // Bound, not evaluated, where an evaluation would leave a trace.
  const unless = isHarmlessDefault(column.default_sql) ? "" : " WHERE false";
  return [check, `SELECT CAST(${fallback} AS ${type})${unless};`];
}

/** True of a row whose value the new type cannot give back as it was; null: there is no such column. */
export function lossSql(table: TableSchema, change: ChangeTypeChange): string | null {
  const column = table.columns.find((each) => each.name === change.column);
  if (!column) return null;
  const name = quoteIdentifier(column.name);
  const back = `CAST(TRY_CAST(${name} AS ${targetTypeSql(change.to)}) AS ${checkedType(column.type)})`;
  return `${back} IS DISTINCT FROM ${name}`;
}

function alterTypeSql(table: string, column: string, type: string): string {
  return `ALTER TABLE ${quoteIdentifier(table)} ALTER COLUMN ${quoteIdentifier(column)} SET DATA TYPE ${type};`;
}

const LOCK = "_sidecar_lock";

/**
 * Makes writes of other connections to the table fail with a transaction conflict until this
 * transaction ends. Without it a rebuild loses them: DuckDB 1.5.6 lets others insert, update and
 * delete while the copy is made and then drops what they wrote with the old table. Changing a
 * default does not lock; adding a column does (it starts a new version of the table's storage).
 *
 * It must be the transaction's first statement: DuckDB takes the snapshot at the first one, and
 * what others commit between snapshot and lock would not be copied.
 */
export function lockSql(table: TableSchema): string {
  return `ALTER TABLE ${quoteIdentifier(table.name)} ADD COLUMN ${LOCK} BOOLEAN;`;
}

/** Removes the lock's column from a table that was altered in place (a rebuild leaves it behind). */
function unlockSql(table: TableSchema): string {
  return `ALTER TABLE ${quoteIdentifier(table.name)} DROP COLUMN ${LOCK};`;
}
