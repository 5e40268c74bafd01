import type { Interval, MeasuredEvidence } from "@/server/contracts";
import type { MeasuredSet } from "./pareto";
import { idsOf, type SetMember } from "./set-member";

/**
 * A set with its costs as measured; gain and net gain are those of the evidence unless it was
 * compared with another set than none.
 */
export function measuredSet(
  members: readonly SetMember[],
  evidence: MeasuredEvidence,
  against: { gain: Interval; netGain: number } = {
    gain: evidence.workload.gain,
    netGain: evidence.net_gain ?? evidence.workload.gain.value,
  },
): MeasuredSet {
  return {
    candidate_ids: idsOf(members),
    gain: against.gain,
    storage_overhead: evidence.storage.overhead,
    insert_ratio: evidence.insert_cost?.ratio ?? null,
    net_gain: against.netGain,
  };
}
