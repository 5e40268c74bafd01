import type { SetTrial } from "@/server/contracts";

/** A set as it was measured; what it is among the others is seen at the end. */
export type MeasuredSet = Omit<SetTrial, "is_pareto" | "is_chosen">;

/** Costs of a trial, smaller is better: gain with its sign turned, storage, inserts. */
const costs = (trial: MeasuredSet): number[] => [
  -trial.gain.value,
  trial.storage_overhead,
  trial.insert_ratio ?? 1,
];

/** Nowhere worse, and better somewhere. */
function dominates(one: MeasuredSet, other: MeasuredSet): boolean {
  const [mine, theirs] = [costs(one), costs(other)];
  const isBetter = (a: number | undefined, b: number | undefined) => (a ?? 0) < (b ?? 0);
  return (
    mine.every((cost, at) => !isBetter(theirs[at], cost)) &&
    mine.some((cost, at) => isBetter(cost, theirs[at]))
  );
}

/** Marks the sets that no other measured set beats, and the chosen one. */
export function markTrials(trials: MeasuredSet[], chosen: readonly string[]): SetTrial[] {
  const key = (ids: readonly string[]) => [...ids].sort().join("\n");
  return trials.map((trial) => ({
    ...trial,
    is_pareto: !trials.some((other) => other !== trial && dominates(other, trial)),
    is_chosen: key(trial.candidate_ids) === key(chosen),
  }));
}
