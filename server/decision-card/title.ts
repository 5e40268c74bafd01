import type { Suggestion } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { decidedItems } from "./source";

type Titled = Pick<Suggestion, "suggestions" | "alternatives" | "state" | "basis" | "requested">;

/** What a suggestion is called: its first change (of those approved, where some were), or how its analysis stands. */
export function titleOfSuggestion({ requested, ...suggestion }: Titled): string {
  const { state, basis, alternatives } = suggestion;
  // What was asked for is called by it, whatever came of it.
  const named = requested === null ? [] : alternatives;
  const [first, ...rest] = [...decidedItems(suggestion), ...named];
  if (first === undefined) {
    if (state === "failed") return "The test run failed";
    if (state === "cancelled") return "The test run was cancelled";
    if (requested !== null) return "Testing a requested change";
    if (state !== "no_gain") return "Analysis running";
    return basis === "estimate" ? "Nothing to suggest" : "No tested change helped";
  }
  return rest.length === 0
    ? first.title
    : `${first.title} and ${formatPlural(rest.length, "more change")}`;
}
