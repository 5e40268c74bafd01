import type { IndexSchema, TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { isUnmanaged } from "../table-schema";
import { addColumnSql, alterBackSql, alterSql, assertionsSql, lockSql } from "./alter-sql";
import { dropOrderSql, keepOrderSql, rebuildSql, restoreSql } from "./rebuild-sql";
import { isTouched, type TableChanges } from "./table-changes";
import { createIndexSql, restoreIndexSql } from "./table-sql";

/** Statements of one table. Locks come first in the whole plan. */
export interface PlanPart {
  locks: string[];
  statements: string[];
  revertLocks: string[];
  revert: string[];
  cleanup: string[];
}

/** Names of all indexes, lower case (DuckDB tells none apart by case), and those that the plan adds. */
interface TakenNames {
  known: ReadonlySet<string>;
  added: Set<string>;
}

export function compileTable(changes: TableChanges, taken: TakenNames): PlanPart {
  const { table } = changes;
  const isOrderKept = changes.orderBy !== null;
  const added = changes.indexes.map((column) => newIndex(table, column, taken));
  const managed = table.indexes.filter((index) => !isUnmanaged(index));
  const kept = managed.filter((index) => !changes.dropped.includes(index));
  const isAltered = isTouched(changes);
  const restored = restore(changes, isOrderKept);
  const isRestored = restored !== null;
  return {
    // A column that any row may lack is added as the table stands, its indexes in place.
    locks: isAltered
      ? [lockSql(table)]
      : changes.columns.map((column) => addColumnSql(table, column)),
    statements: [
      ...changes.types.flatMap((change) => assertionsSql(table, change)),
      ...(isOrderKept ? keepOrderSql(changes) : []),
      ...(isAltered ? managed : changes.dropped).map(dropIndexSql),
      ...applied(changes),
      ...(isAltered ? kept : []).flatMap((index) => restoreIndexSql(table, index)),
      ...added.map((index) => createIndexSql(table, index)),
    ],
    revertLocks: isRestored ? [lockSql(table)] : [],
    revert: [
      ...added.map(dropIndexSql),
      ...(isRestored ? kept.map(dropIndexSql) : []),
      ...(restored ?? []),
      ...(isRestored ? managed : changes.dropped).flatMap((index) => restoreIndexSql(table, index)),
    ],
    cleanup: isOrderKept ? [dropOrderSql(table)] : [],
  };
}

function applied(changes: TableChanges): string[] {
  if (changes.isRebuilt) return rebuildSql(changes);
  return isTouched(changes) ? alterSql(changes) : [];
}

/** What brings types, constraints, columns and order back; null when none of them changed. */
function restore(changes: TableChanges, isOrderKept: boolean): string[] | null {
  const { table, types, constraints, columns, dropped, isRebuilt } = changes;
  const count = types.length + constraints.length + columns.length;
  if (count === 0 && !isOrderKept) return null;
  const isKeyAdded = constraints.some((each) => each.constraint !== "NOT NULL");
  // See completeChanges: dropped before ALTER, a unique index cannot be made again.
  const isUnique = table.indexes.some((each) => each.is_unique && !dropped.includes(each));
  return isRebuilt || isKeyAdded || isUnique ? restoreSql(changes) : alterBackSql(changes);
}

function dropIndexSql({ name }: IndexSchema): string {
  return `DROP INDEX ${quoteIdentifier(name)};`;
}

/** `idx_<table>_<column>`, numbered when the name is taken. */
function newIndex(table: TableSchema, column: string, { known, added }: TakenNames): IndexSchema {
  const isTaken = (name: string) => known.has(name.toLowerCase()) || added.has(name.toLowerCase());
  const base = `idx_${table.name}_${column}`;
  let name = base;
  for (let number = 2; isTaken(name); number++) name = `${base}_${number}`;
  added.add(name.toLowerCase());
  return { name, columns: [column], is_unique: false, sql: "" };
}
