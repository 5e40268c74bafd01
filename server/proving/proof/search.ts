import type { MeasuredEvidence, Verdict } from "@/server/contracts";
import type { Proof } from "./open-proof";
import type { MeasuredSet } from "./pareto";
import type { ChosenSet, SetMember } from "./set-member";

/** Everything the search writes down on its way. */
export interface Search {
  proof: Proof;
  current: ChosenSet;
  /** All that may join the set, in the order in which they are considered. */
  members: readonly SetMember[];
  trials: MeasuredSet[];
  /** Why those that are not in the set are not. */
  verdicts: Map<SetMember, Verdict>;
  /** Members that were narrowed to a part of their texts, by what they were. */
  narrowed: Map<SetMember, SetMember>;
  /** Measurements of what pays only beside others. */
  beside: Map<SetMember, MeasuredEvidence>;
  /** Did harm in the set: what is left of it may take in others instead, and these no more. */
  harmful: Set<SetMember>;
  /** Not measured in the place of what they exclude; looked at again when the others are chosen. */
  passedOver: SetMember[];
  /** Sets built so far: names their files. */
  count: number;
}

/** A set measured directly before keeps that measurement. */
export function addTrial({ trials }: Search, trial: MeasuredSet): void {
  const ids = trial.candidate_ids.join();
  if (!trials.some((one) => one.candidate_ids.join() === ids)) trials.push(trial);
}
