import { expectedGain, kindOf, type WorkloadQuery } from "@/server/advisor";
import type { Candidate } from "@/server/contracts";
import { type EarlierVerdicts, wasSuggested } from "../judge";

/** So many of the most promising are measured first, whatever they cost. */
const PROMISING = 3;

/**
 * The order in which candidates are measured alone: what the last proof suggested, so that no lack of
 * time takes it back; the most promising; then what the rules expect to gain for the time it costs, so
 * that a tight budget finds as much as possible. Stable: equals keep their order.
 */
export function orderCandidates({
  candidates,
  queries,
  earlier,
}: {
  candidates: Candidate[];
  queries: WorkloadQuery[];
  earlier: EarlierVerdicts;
}): Candidate[] {
  const isKnown = (candidate: Candidate) => wasSuggested(earlier, candidate);
  const known = candidates.filter(isKnown);
  const others = candidates.filter((candidate) => !isKnown(candidate));
  const rest = others.slice(PROMISING).map((candidate) => ({
    candidate,
    worth: expectedGain(candidate, queries) / kindOf(candidate.change).testCost,
  }));
  rest.sort((a, b) => b.worth - a.worth);
  return [...known, ...others.slice(0, PROMISING), ...rest.map((one) => one.candidate)];
}
