import {
  type AddConstraintChange,
  type Change,
  type ChangeTypeChange,
  type ClusterTableChange,
  changedColumns,
  describeStep,
  type IndexSchema,
  isCollated,
  orderStepUnits,
  type TableSchema,
} from "@/server/contracts";
import { AppError } from "@/server/platform/errors";
import { checkConstraint, withConstraints } from "./constraint-changes";
import { isUnmanaged } from "./managed-index";
import { referencedTable } from "./table-parts";

/** The changes of one table, checked against it and against each other. */
export interface TableChanges {
  table: TableSchema;
  indexes: string[];
  dropped: IndexSchema[];
  types: ChangeTypeChange[];
  constraints: AddConstraintChange[];
  order: ClusterTableChange | null;
  /** The table is written anew: for its order, or because ALTER is refused (constraint, index). */
  isRebuilt: boolean;
}

const refuse = (message: string): AppError => new AppError("not_executable", message);

/** The table is altered or written anew; otherwise only indexes come and go. */
export function isTouched({ isRebuilt, types, constraints }: TableChanges): boolean {
  return isRebuilt || types.length > 0 || constraints.length > 0;
}

/** Groups changes by table, tables by name. Throws `not_executable` for what DuckDB cannot do. */
export function groupChanges(tables: TableSchema[], changes: Change[]): TableChanges[] {
  const groups = new Map<string, TableChanges>();
  for (const change of changes) {
    // A rewritten query changes no table; a summary makes one.
    if (change.kind === "rewrite_query" || change.kind === "materialize_summary") continue;
    const table = tables.find((each) => each.name === change.table);
    if (!table) throw refuse(`There is no table ${JSON.stringify(change.table)}.`);
    const group = groups.get(table.name) ?? emptyGroup(table);
    groups.set(table.name, group);
    addChange(group, change);
  }
  const sorted = [...groups.values()].sort((a, b) => (a.table.name < b.table.name ? -1 : 1));
  for (const group of sorted) finish(group, tables);
  return sorted;
}

function emptyGroup(table: TableSchema): TableChanges {
  const nothing = { indexes: [], dropped: [], types: [], constraints: [], order: null };
  return { table, ...nothing, isRebuilt: false };
}

type TableChange = Exclude<Change, { kind: "rewrite_query" | "materialize_summary" }>;

function addChange(group: TableChanges, change: TableChange): void {
  const { table } = group;
  for (const name of changedColumns(change)) {
    if (table.columns.some((column) => column.name === name)) continue;
    throw refuse(`Table ${table.name} has no column ${JSON.stringify(name)}.`);
  }
  switch (change.kind) {
    case "add_index":
      if (group.indexes.includes(change.column) || isIndexed(table, change.column)) {
        throw refuse(`Column ${change.column} of ${table.name} has an index already.`);
      }
      group.indexes.push(change.column);
      return;
    case "drop_index":
      group.dropped.push(droppedIndex(group, change.index));
      return;
    case "change_type":
      if (group.types.some((each) => each.column === change.column)) {
        throw refuse(`Column ${change.column} of ${table.name} cannot be given two types.`);
      }
      assertPlain(table, change.column);
      group.types.push(change);
      return;
    case "add_constraint":
      checkConstraint(table, group.constraints, change);
      group.constraints.push(change);
      return;
    case "cluster_table":
      if (group.order) throw refuse(`Table ${table.name} cannot be stored in two orders.`);
      if (new Set(change.keys).size < change.keys.length)
        throw refuse("An order key stands twice.");
      checkStep(table, change);
      group.order = change;
      return;
  }
}

/** Ranges are of one key, of whole numbers or of dates and times. */
function checkStep(table: TableSchema, { keys, curve, step }: ClusterTableChange): void {
  if (step === undefined) return;
  if (keys.length > 1 || curve !== undefined) throw refuse("Ranges order a table by one key only.");
  const type = table.columns.find((each) => each.name === keys[0])?.type ?? "";
  const units = orderStepUnits(type);
  if (typeof step === "number" ? units === "number" : units?.includes(step)) return;
  throw refuse(`Column ${keys[0]} of ${table.name} (${type}) has no ${describeStep(step)}.`);
}

/** A collation makes texts equal that are not the same: no other type does, and ALTER names none. */
function assertPlain(table: TableSchema, name: string): void {
  const column = table.columns.find((each) => each.name === name);
  if (!isCollated(column?.type)) return;
  throw refuse(
    `Column ${name} of ${table.name} has a collation (${column?.type}): its type must stay.`,
  );
}

/**
 * DuckDB 1.5.6 does not list the indexes of constraints in its catalog; what a product only says to
 * be indexed, without the statement, may be one.
 */
function droppedIndex({ table, dropped }: TableChanges, name: string): IndexSchema {
  const index = table.indexes.find((each) => each.name === name);
  if (!index) throw refuse(`Table ${table.name} has no index ${JSON.stringify(name)}.`);
  if (isUnmanaged(index)) throw refuse(`The statement of the index ${name} is unknown.`);
  if (dropped.includes(index)) throw refuse(`The index ${name} cannot be dropped twice.`);
  return index;
}

/** Has this column alone an index, a primary key or a UNIQUE constraint (each is an ART index)? */
export function isIndexed(table: TableSchema, column: string): boolean {
  const isAlone = (columns: string[]) => columns.length === 1 && columns[0] === column;
  return (
    table.indexes.some((index) => isAlone(index.columns)) ||
    table.constraints.some(
      (each) => (each.type === "PRIMARY KEY" || each.type === "UNIQUE") && isAlone(each.columns),
    )
  );
}

/** A foreign key elsewhere that points here: DuckDB then refuses ALTER TYPE and DROP TABLE. */
function referencingTable(table: TableSchema, tables: readonly TableSchema[]): string | null {
  const points = (each: TableSchema): boolean =>
    each.constraints.some((one) => referencedTable(one) === table.name.toLowerCase());
  return tables.find(points)?.name ?? null;
}

/** A type: after AS in CAST, as DuckDB prints it, or after `::`. */
const TYPES = /\bAS\s[^()]*(?:\([^()]*\)[^()]*)?(?=\))|::\s*(?:"(?:[^"]|"")+"|\w+)/gi;
/** Names, but for those of functions. */
const NAMES = /(?:"(?:[^"]|"")+"|\b[A-Za-z_]\w*)(?!\w|\s*\()/g;

/** Said to be generated, or with a default that names another column: DuckDB prints them so. */
function generatedColumns(table: TableSchema): string[] {
  const known = new Set(table.columns.map((column) => column.name.toLowerCase()));
  const isGenerated = (sql: string): boolean => {
    const words =
      sql
        .replace(/'(?:[^']|'')*'/g, "")
        .replace(TYPES, "")
        .match(NAMES) ?? [];
    return words.some((word) => known.has(word.replace(/^"|"$/g, "").toLowerCase()));
  };
  return table.columns
    .filter(
      (column) =>
        column.is_generated === true ||
        (column.default_sql !== null && isGenerated(column.default_sql)),
    )
    .map((column) => column.name);
}

/**
 * DuckDB refuses ALTER TYPE of a column that an index covers even when the same transaction has
 * dropped the index before. What an index on expressions covers is not known: any column.
 */
function covers(table: TableSchema, index: IndexSchema, column: string): boolean {
  const isPlain = index.columns.every((name) => table.columns.some((each) => each.name === name));
  return !isPlain || index.columns.includes(column);
}

function finish(group: TableChanges, tables: readonly TableSchema[]): void {
  const { table } = group;
  const after = withConstraints(table, group.constraints);
  const isConstrained = (column: string): boolean =>
    after.constraints.some((each) => each.type !== "NOT NULL" && each.columns.includes(column)) ||
    group.constraints.some((each) => each.columns.includes(column)) ||
    group.indexes.includes(column) ||
    table.indexes.some((index) => covers(table, index, column));
  group.isRebuilt =
    group.order !== null ||
    group.constraints.some((each) => each.constraint === "UNIQUE") ||
    group.types.some((each) => isConstrained(each.column));
  if (!isTouched(group)) return;
  const twice = group.indexes.find((column) => isIndexed(after, column));
  if (twice !== undefined) throw refuse(`Column ${twice} would be indexed by its constraint too.`);
  // Dropped before ALTER, a unique index cannot be made again in the same transaction: its name
  // counts as taken (DuckDB 1.5.6).
  group.isRebuilt ||= table.indexes.some((each) => each.is_unique && !group.dropped.includes(each));
  checkTouch(group, tables);
}

/**
 * Generated columns: a rebuild would store their values, and after ALTER (in 1.5.6) the log could
 * not be replayed when the database was opened again.
 */
function checkTouch({ table, types, constraints }: TableChanges, tables: readonly TableSchema[]) {
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
  if (types.length + constraints.length > 0 && table.indexes.some(isUnmanaged)) {
    throw refuse(`Table ${table.name} has an index whose statement is unknown.`);
  }
}
