import type { Change, IndexSchema, Plan, TableSchema } from "@/server/contracts";
import { checkedType } from "./confined";
import { lockSql, unlockSql } from "./lock-sql";
import { isUnmanaged } from "./managed-index";
import { quoteIdentifier } from "./quote";
import { dropOrderSql, keepOrderSql, rebuildSql, restoreSql, undoKey } from "./rebuild-sql";
import { summariesSql } from "./summary-sql";
import { groupChanges, type TableChanges } from "./table-changes";
import { createIndexSql } from "./table-parts";
import { alterTypeSql, assertionsSql, targetTypeSql } from "./types-sql";

/**
 * Composes changes into SQL: write locks of all tables that are rewritten, then tables by name and
 * in each: checks, undo data, secondary indexes dropped, types, stored order, old indexes again, new
 * indexes; summary tables last. Each list runs in one transaction (shown to work on DuckDB 1.5.6 by this folder's tests)
 * and must be the first thing that transaction does, see lockSql. Every statement ends with a
 * semicolon.
 *
 * A table without primary key cannot get its former row order back: its revert restores schema and
 * data, and does not rewrite the table for the order's sake.
 *
 * Throws `not_executable` when DuckDB cannot do it: unknown table or column, a second index on a
 * column, foreign keys that point to a table to be rewritten, generated columns, two orders.
 */
export function compilePlan(tables: TableSchema[], changes: Change[]): Plan {
  const taken = new Set(tables.flatMap((table) => table.indexes.map((index) => index.name)));
  const summaries = summariesSql(tables, changes);
  const parts = groupChanges(tables, changes).map((group) => compileTable(group, taken));
  return {
    statements: [
      ...parts.flatMap((part) => part.locks),
      ...parts.flatMap((part) => part.statements),
      ...summaries.statements,
    ],
    revert_statements: [
      ...parts.flatMap((part) => part.revertLocks),
      ...summaries.revert,
      ...parts.flatMap((part) => part.revert),
    ],
    cleanup_statements: parts.flatMap((part) => part.cleanup),
    is_reversible: true,
  };
}

interface TablePlan {
  locks: string[];
  revertLocks: string[];
  statements: string[];
  revert: string[];
  cleanup: string[];
}

function compileTable(group: TableChanges, taken: Set<string>): TablePlan {
  const { table, types, order, isRebuilt } = group;
  const touches = isRebuilt || types.length > 0;
  const old = touches ? table.indexes.filter((index) => !isUnmanaged(index)) : [];
  const dropOld = old.map((index) => dropIndexSql(index.name));
  const createOld = old.map((index) => createIndexSql(table, index));
  const added = group.indexes.map((column) => newIndex(table, column, taken));
  const isOrderKept = order !== null && undoKey(table).length > 0;
  const checks = types.flatMap((change) => assertionsSql(table, change));
  const restored = restore(group, dropOld, createOld);
  return {
    locks: touches ? [lockSql(table)] : [],
    revertLocks: restored.isRewrite ? [lockSql(table)] : [],
    statements: [
      ...checks,
      ...(isOrderKept ? [keepOrderSql(table)] : []),
      ...dropOld,
      ...(isRebuilt ? rebuildSql(group) : alterTypes(group, "forth")),
      ...createOld,
      ...added.map((index) => createIndexSql(table, index)),
    ],
    revert: [...added.map((index) => dropIndexSql(index.name)), ...restored.statements],
    cleanup: isOrderKept ? [dropOrderSql(table)] : [],
  };
}

/** What brings table and order back, after the added indexes are gone. */
function restore(
  group: TableChanges,
  dropOld: string[],
  createOld: string[],
): { isRewrite: boolean; statements: string[] } {
  const { table, types, order, isRebuilt } = group;
  const isOrderKept = order !== null && undoKey(table).length > 0;
  if (types.length > 0 || isOrderKept) {
    const rewrite = isRebuilt ? restoreSql(group) : alterTypes(group, "back");
    return { isRewrite: true, statements: [...dropOld, ...rewrite, ...createOld] };
  }
  // Only the order changed and nothing tells the old one: a statement that says so, since a revert
  // must be something that can be executed and recorded.
  const note = "SELECT 'the former row order is not known: no primary key' AS note;";
  return { isRewrite: false, statements: order ? [note] : [] };
}

function alterTypes({ table, types }: TableChanges, direction: "forth" | "back"): string[] {
  const statements = types.map((change) => {
    const column = table.columns.find((each) => each.name === change.column);
    const former = checkedType(column?.type ?? change.from);
    const type = direction === "forth" ? targetTypeSql(change.to) : former;
    return alterTypeSql(table.name, change.column, type);
  });
  return statements.length > 0 ? [...statements, unlockSql(table)] : [];
}

function dropIndexSql(name: string): string {
  return `DROP INDEX ${quoteIdentifier(name)};`;
}

/** `idx_<table>_<column>`, numbered when the name is taken. */
function newIndex(table: TableSchema, column: string, taken: Set<string>): IndexSchema {
  const base = `idx_${table.name}_${column}`;
  let name = base;
  for (let number = 2; taken.has(name); number++) name = `${base}_${number}`;
  taken.add(name);
  return { name, columns: [column], is_unique: false, sql: "" };
}
