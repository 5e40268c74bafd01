import type { Change, ChangeKind } from "@/server/contracts";
import type { KindSpec } from "./kind-spec";
import { addColumn } from "./kinds/add-column";
import { addConstraint } from "./kinds/add-constraint";
import { addIndex } from "./kinds/add-index";
import { changeType } from "./kinds/change-type";
import { clusterTable } from "./kinds/cluster-table";
import { dropIndex } from "./kinds/drop-index";
import { materializeSummary } from "./kinds/materialize-summary";
import { rewriteQuery } from "./kinds/rewrite-query";

/**
 * Every kind of change, with everything a kind is. The compiler names a kind or a member that is
 * missing; what depends on the kind asks here, and nowhere else.
 */
export const CHANGE_KINDS: { readonly [Kind in ChangeKind]: KindSpec<Kind> } = {
  add_index: addIndex,
  drop_index: dropIndex,
  cluster_table: clusterTable,
  change_type: changeType,
  add_constraint: addConstraint,
  materialize_summary: materializeSummary,
  rewrite_query: rewriteQuery,
  add_column: addColumn,
};

/** The kind of a change. */
export function kindOf<Kind extends ChangeKind>(change: { kind: Kind }): KindSpec<Kind> {
  return CHANGE_KINDS[change.kind];
}

/** Names of the kinds that pass a test, in the order of the table. */
export function kindsWhere(accepts: (spec: KindSpec<ChangeKind>) => boolean): ChangeKind[] {
  const kinds = Object.keys(CHANGE_KINDS) as ChangeKind[];
  return kinds.filter((kind) => accepts(kindOf({ kind })));
}

/**
 * True when two changes cannot, or should not, both be made: two texts for one query, two indexes (or
 * an index and a key) on one column, or what their kinds say of each other.
 */
export function areExclusive(a: Change, b: Change): boolean {
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  const texts = new Set(kindA.rewrites(a).map((each) => each.fingerprint));
  if (kindB.rewrites(b).some((each) => texts.has(each.fingerprint))) return true;
  const column = kindA.indexedColumn(a);
  if (a.table === b.table && column !== null && column === kindB.indexedColumn(b)) return true;
  return kindA.isExclusiveWith(a, b) || kindB.isExclusiveWith(b, a);
}
