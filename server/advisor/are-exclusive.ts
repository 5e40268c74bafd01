import { type Change, rewritesOf } from "@/server/contracts";

/**
 * True when two changes cannot, or should not, both be made: two orders of a table, two types of a
 * column, two primary keys, two indexes (or an index and a constraint's) on the same column, two
 * texts for one query.
 */
export function areExclusive(one: Change, other: Change): boolean {
  const texts = new Set(rewritesOf(one).map((each) => each.fingerprint));
  if (rewritesOf(other).some((each) => texts.has(each.fingerprint))) return true;
  if (one.table !== other.table) return false;
  if (one.kind === "cluster_table" && other.kind === "cluster_table") return true;
  if (one.kind === "change_type" && other.kind === "change_type") {
    return one.column === other.column;
  }
  if (isPrimaryKey(one) && isPrimaryKey(other)) return true;
  const column = searchedColumn(one);
  return column !== null && column === searchedColumn(other);
}

const isPrimaryKey = (change: Change): boolean =>
  change.kind === "add_constraint" && change.constraint === "PRIMARY KEY";

/** The one column an index of this change would serve; null when it makes none. */
function searchedColumn(change: Change): string | null {
  if (change.kind === "add_index") return change.column;
  if (change.kind !== "add_constraint" || change.constraint === "NOT NULL") return null;
  return change.columns.length === 1 ? (change.columns[0] ?? null) : null;
}
