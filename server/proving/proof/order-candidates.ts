import type { Candidate, ChangeKind } from "@/server/contracts";

/** So many of the most promising are measured first, whatever they cost. */
const PROMISING = 3;
/** A rebuild of the table costs several times what an index or one column costs; a text costs nothing. */
const BUILD_COST: Record<ChangeKind, number> = {
  rewrite_query: 0,
  drop_index: 1,
  change_type: 1,
  add_index: 1,
  add_constraint: 1,
  materialize_summary: 2,
  cluster_table: 5,
};

/**
 * The order in which the time is spent: the most promising first, then what is cheap to build, so
 * that a tight budget leaves as little as possible untried. Stable: equal costs keep their order.
 */
export function orderCandidates(candidates: Candidate[]): Candidate[] {
  const rest = candidates.slice(PROMISING);
  const cost = (candidate: Candidate) => BUILD_COST[candidate.change.kind];
  return [...candidates.slice(0, PROMISING), ...rest.sort((a, b) => cost(a) - cost(b))];
}
