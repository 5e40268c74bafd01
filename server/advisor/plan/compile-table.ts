import type { IndexSchema, TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { alterBackSql, alterSql } from "./alter-sql";
import { restoreIndexSql } from "./comments-sql";
import { lockSql } from "./lock-sql";
import { isUnmanaged } from "./managed-index";
import { dropOrderSql, keepOrderSql, rebuildSql, restoreSql, undoKey } from "./rebuild-sql";
import { isTouched, type TableChanges } from "./table-changes";
import { createIndexSql } from "./table-parts";
import { assertionsSql } from "./types-sql";

/** Statements of one table, or of one new table. Locks come first in the whole plan. */
export interface PlanPart {
  locks: string[];
  statements: string[];
  revertLocks: string[];
  revert: string[];
  cleanup: string[];
}

/** `taken`: names of all indexes, lower case (DuckDB tells none apart by case); new ones are added. */
export function compileTable(group: TableChanges, taken: Set<string>): PlanPart {
  const { table } = group;
  const isOrderKept = group.order !== null && undoKey(group).length > 0;
  const added = group.indexes.map((column) => newIndex(table, column, taken));
  const present = isTouched(group)
    ? table.indexes.filter((index) => !isUnmanaged(index))
    : group.dropped;
  const kept = present.filter((index) => !group.dropped.includes(index));
  const restored = restore(group, isOrderKept);
  const isRestored = restored !== null;
  return {
    locks: isTouched(group) ? [lockSql(table)] : [],
    statements: [
      ...group.types.flatMap((change) => assertionsSql(table, change)),
      ...(isOrderKept ? [keepOrderSql(group)] : []),
      ...present.map(dropIndexSql),
      ...applied(group),
      ...kept.flatMap((index) => restoreIndexSql(table, index)),
      ...added.map((index) => createIndexSql(table, index)),
    ],
    revertLocks: isRestored ? [lockSql(table)] : [],
    revert: [
      ...added.map(dropIndexSql),
      ...(isRestored ? kept.map(dropIndexSql) : []),
      ...(restored ?? noteOf(group)),
      ...(isRestored ? present : group.dropped).flatMap((index) => restoreIndexSql(table, index)),
    ],
    cleanup: isOrderKept ? [dropOrderSql(table)] : [],
  };
}

function applied(group: TableChanges): string[] {
  if (group.isRebuilt) return rebuildSql(group);
  return isTouched(group) ? alterSql(group) : [];
}

/** What brings types, constraints and order back; null when none of them changed or can come back. */
function restore(group: TableChanges, isOrderKept: boolean): string[] | null {
  const { types, constraints, isRebuilt } = group;
  if (types.length === 0 && constraints.length === 0 && !isOrderKept) return null;
  const isKeyAdded = constraints.some((each) => each.constraint !== "NOT NULL");
  return isRebuilt || isKeyAdded ? restoreSql(group) : alterBackSql(group);
}

/** A revert must be something that can be executed and recorded, even where nothing is to be done. */
function noteOf({ order }: TableChanges): string[] {
  return order ? ["SELECT 'the former row order is not known: no primary key' AS note;"] : [];
}

function dropIndexSql({ name }: IndexSchema): string {
  return `DROP INDEX ${quoteIdentifier(name)};`;
}

/** `idx_<table>_<column>`, numbered when the name is taken. */
function newIndex(table: TableSchema, column: string, taken: Set<string>): IndexSchema {
  const base = `idx_${table.name}_${column}`;
  let name = base;
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${base}_${number}`;
  taken.add(name.toLowerCase());
  return { name, columns: [column], is_unique: false, sql: "" };
}
