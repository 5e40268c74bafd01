import { proposeConstraints } from "./candidates/add-constraint";
import { proposeIndexes } from "./candidates/add-index";
import { proposeTypes } from "./candidates/change-type";
import { proposeOrders } from "./candidates/cluster-table";
import { proposeDrops } from "./candidates/drop-index";
import { proposeSummaries } from "./candidates/materialize-summary";
import { proposeRewrites } from "./candidates/rewrite-query";
import { byExpectedGain } from "./expected-gain";
import { guardSpace } from "./space-guard";
import type { AdviceInput, CandidateRule, Proposals } from "./types";

const RULES: readonly CandidateRule[] = [
  proposeIndexes,
  proposeDrops,
  proposeOrders,
  proposeTypes,
  proposeConstraints,
  proposeSummaries,
  proposeRewrites,
];

/**
 * What could speed up the workload, most promising first (see expectedGain), ties by id. The same input gives the
 * same answer. `left_out` holds what hard facts exclude, each with the reason.
 */
export function proposeCandidates(input: AdviceInput): Proposals {
  const proposals = RULES.map((rule) => guardSpace(input, rule(input)));
  const candidates = proposals.flatMap((each) => each.candidates);
  const leftOut = proposals.flatMap((each) => each.left_out);
  const place = byExpectedGain(
    leftOut.map(({ candidate }) => candidate),
    input.queries,
  );
  return {
    candidates: byExpectedGain(candidates, input.queries),
    left_out: leftOut.sort(
      (one, other) => place.indexOf(one.candidate) - place.indexOf(other.candidate),
    ),
  };
}
