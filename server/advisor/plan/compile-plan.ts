import type { Change, Plan, TableSchema } from "@/server/contracts";
import { compileTable } from "./compile-table";
import { summariesSql } from "./summary-sql";
import { groupChanges } from "./table-changes";

/**
 * Composes changes into SQL: write locks of all tables that are altered or rewritten, then tables by
 * name and in each: checks, undo data, secondary indexes dropped, types, constraints and stored
 * order, indexes that stay again, new indexes; summary tables last. Each list runs in one transaction (shown to work on
 * DuckDB 1.5.6 by this folder's tests) and must be the first thing that transaction does, see
 * lockSql. Every statement ends with a semicolon. Rewritten queries have no statements: a product's
 * code is not ours to change.
 *
 * A table without a key cannot get its former row order back: its revert restores schema and data,
 * and does not rewrite the table for the order's sake.
 *
 * Throws `not_executable` when DuckDB cannot do it: unknown table, column or index, a second index
 * on a column, foreign keys that point to a table to be altered, generated columns, two orders.
 */
export function compilePlan(tables: TableSchema[], changes: Change[]): Plan {
  const indexes = tables.flatMap((table) => table.indexes);
  const taken = new Set(indexes.map((index) => index.name.toLowerCase()));
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
      // Last made, first undone: what reads a table goes before the table is restored.
      ...summaries.revert,
      ...parts.toReversed().flatMap((part) => part.revert),
    ],
    cleanup_statements: parts.flatMap((part) => part.cleanup),
    is_reversible: true,
  };
}
