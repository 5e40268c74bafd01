import type { Change, Interval, MeasuredEvidence } from "@/server/contracts";
import type { Advice } from "../advise";

/** What a suggestion shown as proved says it will save of the workload's time. */
export interface Promised {
  /** A candidate's id, or `set` for all accepted changes together. */
  name: string;
  changes: Change[];
  gain: Interval;
  is_sampled: boolean;
  is_extrapolated: boolean;
}

/** A promise beside what the same changes delivered on the full data. */
export interface Kept {
  name: string;
  promised: Interval;
  delivered: Interval;
  /** Delivered at least the lower end of what was promised. */
  is_kept: boolean;
  /** The same, granting the delivered gain its own measurement's noise. */
  is_kept_within_noise: boolean;
  is_sampled: boolean;
  is_extrapolated: boolean;
}

/**
 * The promises of every accepted candidate alone, and of all of them together. What is accepted only
 * for what it adds to the others promises nothing alone: it is part of the set's promise.
 */
export function promisesOf({ proof }: Advice): Promised[] {
  // The trial of a change alone holds its evidence's gain; what it adds to others is another gain.
  const paysAlone = (id: string, { workload }: MeasuredEvidence) =>
    proof.sets.some(
      ({ candidate_ids, gain }) =>
        candidate_ids.join() === id && gain.value === workload.gain.value,
    );
  const alone = proof.accepted.flatMap(({ candidate, evidence }) =>
    evidence?.basis === "measured" && paysAlone(candidate.candidate_id, evidence)
      ? [promise(candidate.candidate_id, [candidate.change], evidence)]
      : [],
  );
  const all = proof.accepted.map(({ candidate }) => candidate.change);
  return proof.set_evidence === null ? alone : [...alone, promise("set", all, proof.set_evidence)];
}

function promise(name: string, changes: Change[], evidence: MeasuredEvidence): Promised {
  return {
    name,
    changes,
    gain: evidence.extrapolation?.gain ?? evidence.workload.gain,
    is_sampled: evidence.sample.some((one) => one.method === "reservoir"),
    is_extrapolated: Boolean(evidence.extrapolation),
  };
}

export function compareWithDelivered(promised: Promised, delivered: Interval): Kept {
  const { name, gain, is_sampled, is_extrapolated } = promised;
  return {
    name,
    promised: gain,
    delivered,
    is_kept: delivered.value >= gain.low,
    is_kept_within_noise: delivered.high >= gain.low,
    is_sampled,
    is_extrapolated,
  };
}
