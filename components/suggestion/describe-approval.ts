import { isAdvice, type Suggestion } from "@/server/contracts";

/** What follows from approving the chosen changes: who runs them, if anybody here does. */
export function describeApproval(
  { basis, suggestions }: Pick<Suggestion, "basis" | "suggestions">,
  chosenIds: readonly string[],
): string {
  if (basis === "estimate") {
    return "Approving runs nothing: an estimate is advice, and its SQL is yours to run.";
  }
  const chosen = suggestions.filter((item) => chosenIds.includes(item.item_id));
  return chosen.every((item) => isAdvice(item.change))
    ? "Approving runs nothing: the product's developers change these queries."
    : "Approving runs nothing yet: an operator starts the execution.";
}
