import type { TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";

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
export function unlockSql(table: TableSchema): string {
  return `ALTER TABLE ${quoteIdentifier(table.name)} DROP COLUMN ${LOCK};`;
}
