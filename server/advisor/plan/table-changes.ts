import type {
  AddColumnChange,
  AddConstraintChange,
  Change,
  ChangeTypeChange,
  ColumnSchema,
  ConstraintSchema,
  IndexSchema,
  TableSchema,
} from "@/server/contracts";
import { changedColumns } from "@/server/contracts";
import { AppError } from "@/server/platform/errors";
import { quoteIdentifier } from "@/server/sql";
import { findColumn, generatedColumns, isIndexed, isUnmanaged } from "../table-schema";
import { literalSql } from "./default-value";
import { hidesRowNumbers, referencedTable } from "./table-sql";

/** Changes of one table, checked against it and against each other. */
export interface TableChanges {
  table: TableSchema;
  /** Columns that get an index. */
  indexes: string[];
  dropped: IndexSchema[];
  types: ChangeTypeChange[];
  constraints: AddConstraintChange[];
  /** Columns added behind the others. */
  columns: AddColumnChange[];
  /** Sort terms of the order its rows (`source`) are stored in; null: as they are. */
  orderBy: string | null;
  /** The table is rewritten: for its order, or because ALTER is refused (constraint, index). */
  isRebuilt: boolean;
}

/** A table of its own, made after all that becomes of others, and dropped first by the revert. */
interface NewTable {
  name: string;
  createSql: string;
  dropSql: string;
}

/** A plan while changes are added to it, one after the other. */
export interface PlanDraft {
  readonly tables: readonly TableSchema[];
  readonly changes: Map<string, TableChanges>;
  readonly newTables: NewTable[];
}

/** The error of a change that DuckDB cannot make. */
export const refuse = (message: string): AppError => new AppError("not_executable", message);

export function createDraft(tables: readonly TableSchema[]): PlanDraft {
  return { tables, changes: new Map(), newTables: [] };
}

/**
 * What becomes of the change's table, to add it there. Throws `not_executable` for an unknown table
 * or column.
 */
export function tableChangesOf(draft: PlanDraft, change: Change): TableChanges {
  const table = draft.tables.find((each) => each.name === change.table);
  if (!table) throw refuse(`There is no table ${JSON.stringify(change.table)}.`);
  for (const name of changedColumns(change)) {
    if (findColumn(table, name)) continue;
    throw refuse(`Table ${table.name} has no column ${JSON.stringify(name)}.`);
  }
  const known = draft.changes.get(table.name);
  if (known) return known;
  const nothing = { indexes: [], dropped: [], types: [], constraints: [], columns: [] };
  const added: TableChanges = { table, ...nothing, orderBy: null, isRebuilt: false };
  draft.changes.set(table.name, added);
  return added;
}

/**
 * The table is altered or rewritten, its indexes dropped before; otherwise only indexes come and go, and
 * columns are added that any row may lack.
 */
export function isTouched({ isRebuilt, types, constraints, columns }: TableChanges): boolean {
  const isFilled = columns.some((each) => each.is_required);
  return isRebuilt || types.length > 0 || constraints.length > 0 || isFilled;
}

/** The table as it will be declared. A primary key makes its columns NOT NULL. */
export function withConstraints(
  table: TableSchema,
  added: readonly AddConstraintChange[],
): TableSchema {
  if (added.length === 0) return table;
  const filled = new Set(
    added.flatMap((each) => (each.constraint === "UNIQUE" ? [] : each.columns)),
  );
  const keys = added
    .filter((each) => each.constraint !== "NOT NULL")
    .map((each) => ({ type: each.constraint, columns: each.columns, sql: "" }));
  return {
    ...table,
    columns: table.columns.map((column) =>
      filled.has(column.name) ? { ...column, nullable: false } : column,
    ),
    constraints: [...table.constraints, ...keys],
  };
}

/** The table with its new columns behind the others, and their foreign keys. */
export function withColumns(table: TableSchema, added: readonly AddColumnChange[]): TableSchema {
  return {
    ...table,
    columns: [...table.columns, ...added.map(columnOf)],
    constraints: [...table.constraints, ...added.flatMap(foreignKeyOf)],
  };
}

function columnOf({ column, type, default: value, is_required }: AddColumnChange): ColumnSchema {
  return {
    ...{ name: column, type, nullable: !is_required, statistics: null },
    default_sql: value === null ? null : literalSql(value),
  };
}

function foreignKeyOf({ column, references }: AddColumnChange): ConstraintSchema[] {
  if (references === null) return [];
  const to = `${quoteIdentifier(references.table)}(${quoteIdentifier(references.column)})`;
  const sql = `FOREIGN KEY (${quoteIdentifier(column)}) REFERENCES ${to}`;
  return [{ type: "FOREIGN KEY", columns: [column], sql }];
}

/**
 * All changes of the draft, tables by name, once nothing more is added: decides which tables are
 * rewritten. Throws `not_executable` for what DuckDB cannot do to them together.
 */
export function completeChanges({ tables, changes }: PlanDraft): TableChanges[] {
  const sorted = [...changes.values()].sort((a, b) => (a.table.name < b.table.name ? -1 : 1));
  for (const each of sorted) {
    complete(each, tables);
    checkReferenced(each, sorted);
  }
  return sorted;
}

function complete(changes: TableChanges, tables: readonly TableSchema[]): void {
  const { table } = changes;
  const after = withConstraints(table, changes.constraints);
  const isConstrained = (column: string): boolean =>
    after.constraints.some((each) => each.type !== "NOT NULL" && each.columns.includes(column)) ||
    changes.constraints.some((each) => each.columns.includes(column)) ||
    changes.indexes.includes(column) ||
    table.indexes.some((index) => covers(table, index, column));
  changes.isRebuilt =
    changes.orderBy !== null ||
    changes.columns.some(needsRewrite) ||
    changes.constraints.some((each) => each.constraint === "UNIQUE") ||
    changes.types.some((each) => isConstrained(each.column));
  if (changes.orderBy !== null && hidesRowNumbers(table)) {
    throw refuse(
      `Table ${table.name} has a column named rowid: its present row order could not be restored.`,
    );
  }
  if (!isTouched(changes)) {
    // The revert drops the column, which takes what any change takes.
    if (changes.columns.length > 0) checkTouch(changes, tables);
    return;
  }
  const twice = changes.indexes.find((column) => isIndexed(after, column));
  if (twice !== undefined) throw refuse(`Column ${twice} would be indexed by its constraint too.`);
  // Dropped before ALTER, a unique index cannot be made again in the same transaction: its name
  // counts as taken (DuckDB 1.5.6).
  changes.isRebuilt ||= table.indexes.some(
    (each) => each.is_unique && !changes.dropped.includes(each),
  );
  checkTouch(changes, tables);
}

/**
 * ALTER adds no foreign key. Of a nested type with a default it fails by an internal error on more rows than
 * one vector holds, and takes the database along (DuckDB 1.5.6: LIST, ARRAY, STRUCT and MAP).
 */
function needsRewrite({ type, default: value, references }: AddColumnChange): boolean {
  const isNested = /\]$|^(STRUCT|MAP|UNION|VARIANT)\b/i.test(type);
  return references !== null || (isNested && value !== null);
}

/**
 * DuckDB refuses ALTER TYPE of a column that an index covers even when the same transaction has
 * dropped the index before. What an index on expressions covers is not known: any column.
 */
function covers(table: TableSchema, index: IndexSchema, column: string): boolean {
  return index.columns.includes(column) || !index.columns.every((name) => findColumn(table, name));
}

/**
 * Generated columns: a rebuild would store their values, and after ALTER (in 1.5.6) the log could
 * not be replayed when the database was opened again.
 */
function checkTouch(
  { table, types, constraints, columns }: TableChanges,
  tables: readonly TableSchema[],
) {
  const referencing = referencingTable(table, tables);
  if (referencing) {
    throw refuse(`Table ${table.name} is referenced by a foreign key of ${referencing}.`);
  }
  const generated = generatedColumns(table);
  if (generated.length > 0) {
    throw refuse(`Table ${table.name} has generated columns (${generated.join(", ")}).`);
  }
  const checked = table.constraints.filter((each) => each.type === "FOREIGN KEY");
  const typed = types.find((type) => checked.some((c) => c.columns.includes(type.column)));
  if (typed) throw refuse(`Column ${typed.column} is part of a foreign key: its type must stay.`);
  if (types.length + constraints.length + columns.length > 0 && table.indexes.some(isUnmanaged)) {
    throw refuse(`Table ${table.name} has an index whose statement is unknown.`);
  }
}

/** A foreign key elsewhere that points here: DuckDB then refuses ALTER TYPE and DROP TABLE. */
function referencingTable(table: TableSchema, tables: readonly TableSchema[]): string | null {
  const points = (each: TableSchema): boolean =>
    each.constraints.some((constraint) => referencedTable(constraint) === table.name.toLowerCase());
  return tables.find(points)?.name ?? null;
}

/** What another table's new foreign key points to must not be altered in the same plan. */
function checkReferenced({ table }: TableChanges, all: readonly TableChanges[]): void {
  for (const other of all) {
    for (const { references } of other.columns) {
      if (references?.table.toLowerCase() !== table.name.toLowerCase()) continue;
      throw refuse(
        `Table ${table.name} cannot be changed together with a new foreign key of ${other.table.name} to it.`,
      );
    }
  }
}
