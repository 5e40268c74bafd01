import type { Suggestion } from "@/server/contracts";
import type { Actions } from "./use-decision";

/** What every tab of a suggestion is given. */
export interface TabProps {
  /** As the page shows it at first: see getSuggestionHead. */
  suggestion: Suggestion;
  actions: Actions;
}
