import type { Candidate } from "@/server/contracts";
import { proposeConstraints } from "./candidates/add-constraint";
import { proposeIndexes } from "./candidates/add-index";
import { proposeTypes } from "./candidates/change-type";
import { proposeOrders } from "./candidates/cluster-table";
import { proposeDrops } from "./candidates/drop-index";
import { proposeSummaries } from "./candidates/materialize-summary";
import { proposeRewrites } from "./candidates/rewrite-query";
import { expectedGain } from "./expected-gain";
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
  const score = new Map(
    proposals
      .flatMap((each) => [...each.candidates, ...each.left_out.map((one) => one.candidate)])
      .map((candidate) => [candidate, expectedGain(candidate, input.queries)] as const),
  );
  const compare = (a: Candidate, b: Candidate): number =>
    (score.get(b) ?? 0) - (score.get(a) ?? 0) || (a.candidate_id < b.candidate_id ? -1 : 1);
  return {
    candidates: proposals.flatMap((each) => each.candidates).sort(compare),
    left_out: proposals
      .flatMap((each) => each.left_out)
      .sort((a, b) => compare(a.candidate, b.candidate)),
  };
}
