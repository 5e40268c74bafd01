import type { Change, Plan, TableSchema } from "@/server/contracts";
import { AppError } from "@/server/platform/errors";
import { kindOf } from "../change-kinds";
import { remember } from "../remember";
import { compileTable } from "./compile-table";
import { completeChanges, createDraft } from "./table-changes";

/**
 * Composes changes into SQL: write locks of all tables that are altered or rewritten, then tables by
 * name and in each: checks, undo data, secondary indexes dropped, types, constraints and stored
 * order, indexes that stay again, new indexes; new tables last, so that they have the types their
 * source is given. A column that is only added comes with the locks: it is one. Each list runs in one
 * transaction (shown to work on DuckDB 1.5.6 by this folder's tests) and must be the first thing that
 * transaction does, see lockSql. Every statement ends with a semicolon. Rewritten queries
 * have no statements: a product's code is not ours to change.
 *
 * Every plan can be reverted, row order included: it is kept by key, or by position where no key
 * tells rows apart.
 *
 * Throws `not_executable` when DuckDB cannot do it: unknown table, column or index, a second index
 * on a column, foreign keys that point to a table to be altered, generated columns, two orders, an order
 * of a table with a column named rowid, a foreign key to what is no key.
 */
export function compilePlan(tables: readonly TableSchema[], changes: readonly Change[]): Plan {
  const draft = createDraft(tables);
  for (const change of changes) kindOf(change).stage(draft, change);
  const taken = { known: indexNames(tables), added: new Set<string>() };
  const parts = completeChanges(draft).map((each) => compileTable(each, taken));
  const created = draft.newTables.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    statements: [
      ...parts.flatMap((part) => part.locks),
      ...parts.flatMap((part) => part.statements),
      ...created.map((each) => each.createSql),
    ],
    revert_statements: [
      ...parts.flatMap((part) => part.revertLocks),
      // Last made, first undone: what reads a table goes before the table is restored.
      ...created.map((each) => each.dropSql),
      ...parts.toReversed().flatMap((part) => part.revert),
    ],
    cleanup_statements: parts.flatMap((part) => part.cleanup),
    is_reversible: true,
  };
}

/** Names of all indexes, lower case: asked for with each plan for a product. */
const indexNames = remember(
  (tables: readonly TableSchema[]): ReadonlySet<string> =>
    new Set(tables.flatMap((table) => table.indexes).map(({ name }) => name.toLowerCase())),
);

/** The plan of one change, or an empty one with the reason why there can be none. */
export function tryPlan(
  tables: readonly TableSchema[],
  change: Change,
): { plan: Plan; refusal: string | null } {
  try {
    return { plan: compilePlan(tables, [change]), refusal: null };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "not_executable") throw error;
    const nothing = { statements: [], revert_statements: [], cleanup_statements: [] };
    return { plan: { ...nothing, is_reversible: false }, refusal: error.message };
  }
}
