import {
  type Change,
  type ChangeTypeChange,
  type ClusterTableChange,
  changedColumns,
  type IndexSchema,
  type TableSchema,
} from "@/server/contracts";
import { AppError } from "@/server/platform";
import { isUnmanaged } from "./managed-index";
import { referencedTable } from "./table-parts";

/** The changes of one table, checked against it and against each other. */
export interface TableChanges {
  table: TableSchema;
  indexes: string[];
  types: ChangeTypeChange[];
  order: ClusterTableChange | null;
  /** The table is written anew: for its order, or because ALTER TYPE is refused (constraint, index). */
  isRebuilt: boolean;
}

const refuse = (message: string): AppError => new AppError("not_executable", message);

/** Groups changes by table, tables by name. Throws `not_executable` for what DuckDB cannot do. */
export function groupChanges(tables: TableSchema[], changes: Change[]): TableChanges[] {
  const groups = new Map<string, TableChanges>();
  for (const change of changes) {
    if (change.kind === "rewrite_query") continue; // The product's code changes, its database does not.
    const table = tables.find((each) => each.name === change.table);
    if (!table) throw refuse(`There is no table ${JSON.stringify(change.table)}.`);
    const group = groups.get(table.name) ?? {
      table,
      indexes: [],
      types: [],
      order: null,
      isRebuilt: false,
    };
    groups.set(table.name, group);
    addChange(group, change);
  }
  const sorted = [...groups.values()].sort((a, b) => (a.table.name < b.table.name ? -1 : 1));
  for (const group of sorted) finish(group, tables);
  return sorted;
}

function addChange(group: TableChanges, change: Change): void {
  for (const name of changedColumns(change)) {
    if (group.table.columns.some((column) => column.name === name)) continue;
    throw refuse(`Table ${group.table.name} has no column ${JSON.stringify(name)}.`);
  }
  if (change.kind === "add_index") {
    if (group.indexes.includes(change.column) || isIndexed(group.table, change.column)) {
      throw refuse(`Column ${change.column} of ${group.table.name} has an index already.`);
    }
    group.indexes.push(change.column);
  } else if (change.kind === "change_type") {
    if (group.types.some((each) => each.column === change.column)) {
      throw refuse(`Column ${change.column} of ${group.table.name} cannot be given two types.`);
    }
    group.types.push(change);
  } else if (change.kind === "cluster_table") {
    if (group.order) throw refuse(`Table ${group.table.name} cannot be stored in two orders.`);
    if (new Set(change.keys).size < change.keys.length) throw refuse("An order key stands twice.");
    group.order = change;
  } else {
    throw refuse(`${change.kind} has no plan yet.`);
  }
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

/** Columns whose default names another column: DuckDB prints generated columns so. */
function generatedColumns(table: TableSchema): string[] {
  const known = new Set(table.columns.map((column) => column.name.toLowerCase()));
  const isGenerated = (sql: string): boolean => {
    const words = sql.replace(/'(?:[^']|'')*'/g, "").match(/"(?:[^"]|"")+"|[A-Za-z_]\w*/g) ?? [];
    return words.some((word) => known.has(word.replace(/^"|"$/g, "").toLowerCase()));
  };
  return table.columns
    .filter((column) => column.default_sql !== null && isGenerated(column.default_sql))
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
  const isConstrained = (column: string): boolean =>
    table.constraints.some((each) => each.type !== "NOT NULL" && each.columns.includes(column)) ||
    group.indexes.includes(column) ||
    table.indexes.some((index) => covers(table, index, column));
  group.isRebuilt = group.order !== null || group.types.some((each) => isConstrained(each.column));
  if (group.isRebuilt || group.types.length > 0) {
    const referencing = referencingTable(table, tables);
    if (referencing) {
      throw refuse(`Table ${table.name} is referenced by a foreign key of ${referencing}.`);
    }
    const generated = generatedColumns(table);
    if (generated.length > 0) {
      throw refuse(`Table ${table.name} has generated columns (${generated.join(", ")}).`);
    }
    const checked = table.constraints.filter((each) => each.type === "FOREIGN KEY");
    const typed = group.types.find((type) => checked.some((c) => c.columns.includes(type.column)));
    if (typed) throw refuse(`Column ${typed.column} is part of a foreign key: its type must stay.`);
  }
  if (group.types.length > 0 && table.indexes.some(isUnmanaged)) {
    throw refuse(`Table ${table.name} has an index whose statement is unknown.`);
  }
}
