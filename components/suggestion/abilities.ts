"use client";
import { useCan } from "@/components/shell/session";
import type { Suggestion } from "@/server/contracts";
import { partApproved } from "./executable-items";
import { isRevertible } from "./standing";

export type ActionName = "approve" | "reject" | "execute" | "revert";

/** What this person may do with this suggestion as it stands. */
export function useAbilities(suggestion: Suggestion): ReadonlySet<ActionName> {
  const canDecide = useCan("suggestion.decide");
  const canExecute = useCan("operation.execute");
  const canRevert = useCan("operation.revert");
  const { state, product_id } = suggestion;
  const abilities = new Set<ActionName>();
  if (canDecide && state === "pending") abilities.add("approve").add("reject");
  const hasWork = partApproved(suggestion).executable.length > 0;
  const isExecutable = state === "approved" && product_id !== null && hasWork;
  if (canExecute && isExecutable && suggestion.basis === "measured") abilities.add("execute");
  if (canRevert && isRevertible(suggestion)) abilities.add("revert");
  return abilities;
}
