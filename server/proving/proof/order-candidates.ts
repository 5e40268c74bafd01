import { expectedGain } from "@/server/advisor";
import type { Candidate, ChangeKind } from "@/server/contracts";
import type { ProofInput } from "../types";
import { isSuggested } from "./ask-gain";

/** So many of the most promising are measured first, whatever they cost. */
const PROMISING = 3;
/**
 * Relative time to build and measure. A rebuild of the table costs several times what an index or
 * one column costs; a text costs nothing to build.
 */
const COST: Record<ChangeKind, number> = {
  rewrite_query: 0.5,
  materialize_summary: 1,
  drop_index: 1.5,
  change_type: 1.5,
  add_index: 1.5,
  add_constraint: 1.5,
  cluster_table: 3,
};

/**
 * The order in which the time is spent: what the last proof suggested, so that no lack of time takes
 * it back; the most promising; then what the rules expect to gain for the time it costs, so that a
 * tight budget finds as much as possible. Stable: equals keep their order.
 */
export function orderCandidates({
  candidates,
  queries,
  earlier,
}: Pick<ProofInput, "candidates" | "queries" | "earlier">): Candidate[] {
  const isKnown = (candidate: Candidate) => isSuggested({ earlier }, candidate);
  const known = candidates.filter(isKnown);
  const others = candidates.filter((candidate) => !isKnown(candidate));
  const rest = others.slice(PROMISING).map((candidate) => ({
    candidate,
    worth: expectedGain(candidate, queries) / COST[candidate.change.kind],
  }));
  rest.sort((a, b) => b.worth - a.worth);
  return [...known, ...others.slice(0, PROMISING), ...rest.map((one) => one.candidate)];
}
