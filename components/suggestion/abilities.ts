"use client";
import { useCan } from "@/components/shell/session";
import type { Suggestion } from "@/server/contracts";
import { partApproved } from "./executable-items";

export type ActionName = "approve" | "reject" | "execute" | "revert";

/** What this person may do with this suggestion as it stands. */
export function useAbilities(suggestion: Suggestion): ReadonlySet<ActionName> {
  const canDecide = useCan("suggestion.decide");
  const canExecute = useCan("operation.execute");
  const canRevert = useCan("operation.revert");
  const { state, product_id, operations } = suggestion;
  const abilities = new Set<ActionName>();
  if (canDecide && state === "pending") abilities.add("approve").add("reject");
  const hasWork = partApproved(suggestion).executable.length > 0;
  const isExecutable = state === "approved" && product_id !== null && hasWork;
  if (canExecute && isExecutable && suggestion.basis === "measured") abilities.add("execute");
  const execution = operations.find((operation) => operation.kind === "execute");
  const isReverted = operations.some((operation) => operation.kind === "revert");
  const isDone = state === "executed" || state === "verified";
  if (canRevert && isDone && !isReverted && execution?.plan.is_reversible) abilities.add("revert");
  return abilities;
}
