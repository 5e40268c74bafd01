import { type Change, changedColumns, rewritesOf } from "@/server/contracts";
import type { Reach } from "../kind-spec";
import type { WorkloadQuery } from "../workload-query";

/** Reaches the queries whose texts it replaces, and no others. */
export function reachByText(change: Change, { pattern }: WorkloadQuery): Reach {
  const isOwn = rewritesOf(change).some((each) => each.fingerprint === pattern.fingerprint);
  return isOwn ? "related" : "none";
}

/** Reaches every query of its table. */
export function reachByTable(change: Change, { shape }: WorkloadQuery): Reach {
  return shape.tables.includes(change.table) ? "related" : "none";
}

/** Reaches queries of its table that name one of its columns: columns are stored apart. */
export function reachByColumn(change: Change, query: WorkloadQuery): Reach {
  if (!query.shape.tables.includes(change.table)) return "none";
  const text = query.shape.sql.toLowerCase();
  const isNamed = changedColumns(change).some((name) => text.includes(name.toLowerCase()));
  return isNamed ? "related" : "same_table";
}
