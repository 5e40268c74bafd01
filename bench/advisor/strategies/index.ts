import type { Change } from "@/server/contracts";
import type { Advice } from "../advise";
import type { StrategyName } from "../types";
import { isQueryChange, takeCompatible } from "./compatible";
import { indexEverything } from "./index-everything";

/** The changes of every strategy that needs no search. */
export function plainStrategies(advice: Advice): Map<StrategyName, Change[]> {
  const { schema, queries, candidates, proof } = advice;
  const ours = proof.accepted.map(({ candidate }) => candidate.change);
  return new Map<StrategyName, Change[]>([
    ["baseline", []],
    ["index_everything", indexEverything(schema.tables, queries)],
    [
      "rules",
      takeCompatible(
        schema.tables,
        // One constraint that the data refuse would undo all the rest.
        candidates
          .map((candidate) => candidate.change)
          .filter((change) => change.kind !== "add_constraint"),
      ),
    ],
    ["ours_schema", ours.filter((change) => !isQueryChange(change))],
    ["ours", ours],
  ]);
}

/** What can be done to the schema alone: where the best set is searched. */
export function schemaChanges(advice: Advice): Change[] {
  return advice.candidates
    .map((candidate) => candidate.change)
    .filter((change) => !isQueryChange(change));
}
