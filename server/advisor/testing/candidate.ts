import { type Candidate, type Change, changedColumns, type Plan } from "@/server/contracts";

/** A candidate as the advisor gives them, for a given change and its plan. */
export function candidateOf(change: Change, plan: Plan, targeted: string[] = []): Candidate {
  const target = changedColumns(change).join(", ");
  return {
    candidate_id: `${change.kind}:${change.table}:${target}`,
    change,
    target,
    title: `${change.kind} on ${change.table}.${target}`,
    reason: "Made by a test",
    factors: [],
    drawbacks: [],
    risk: {
      level: "low",
      locks: "",
      write_cost: "",
      reversibility: "",
      blast_radius: "",
      affected_consumers: [],
    },
    plan,
    targeted_fingerprints: targeted,
    prior: 0.5,
    estimated_gain: 0.5,
    estimated_storage_overhead: 0,
  };
}
