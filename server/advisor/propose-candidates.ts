import type { Candidate } from "@/server/contracts";
import { proposeConstraints } from "./candidates/add-constraint";
import { proposeIndexes } from "./candidates/add-index";
import { proposeTypes } from "./candidates/change-type";
import { proposeOrders } from "./candidates/cluster-table";
import { proposeDrops } from "./candidates/drop-index";
import { proposeSummaries } from "./candidates/materialize-summary";
import { proposeRewrites } from "./candidates/rewrite-query";
import { guardSpace } from "./space-guard";

import type { AdviceInput, CandidateRule, Proposals } from "./types";
import { measureUsage } from "./usage";

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
 * What could speed up the workload, most promising first: prior × estimated gain × share of the
 * workload's time (of its calls while no latency is known), ties by id. The same input gives the
 * same answer. `left_out` holds what hard facts exclude, each with the reason.
 */
export function proposeCandidates(input: AdviceInput): Proposals {
  const proposals = RULES.map((rule) => guardSpace(input, rule(input)));
  const score = (candidate: Candidate): number => {
    const targeted = new Set(candidate.targeted_fingerprints);
    const queries = input.queries.filter((query) => targeted.has(query.pattern.fingerprint));
    const share = measureUsage(input.queries, queries).timeShare;
    return candidate.prior * candidate.estimated_gain * share;
  };
  const compare = (a: Candidate, b: Candidate): number =>
    score(b) - score(a) || (a.candidate_id < b.candidate_id ? -1 : 1);
  return {
    candidates: proposals.flatMap((each) => each.candidates).sort(compare),
    left_out: proposals
      .flatMap((each) => each.left_out)
      .sort((a, b) => compare(a.candidate, b.candidate)),
  };
}
